/** What the form of an account says. */
export interface AccountWords {
  /** What the account is, as in “Save connection”. */
  readonly thing: string;
  readonly nameHint: string;
  readonly testHint: string;
  /** Shown after a test that passed. */
  readonly passed: string;
}

/** What the form of an account does. `test` and `save` are called with a form that is complete. */
export interface AccountActs {
  readonly test: () => void;
  readonly cancelTest: () => void;
  readonly save: () => void;
  readonly cancel: () => void;
  /** A setting or secret was changed. */
  readonly change: () => void;
  /** The name was changed. */
  readonly rename?: () => void;
}
