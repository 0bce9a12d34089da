/** One call of the command line. */
export interface CommandCall {
  readonly command: string;
  readonly text: string;
  /** Of the audience or the activation; of `ledger`, what to do. */
  readonly name: string | undefined;
  readonly options: {
    readonly out?: string | undefined;
    readonly format?: string | undefined;
    readonly overwrite: boolean;
    readonly unmasked: boolean;
    readonly json: boolean;
    readonly approve: boolean;
    readonly dryRun: boolean;
  };
  /** A path as it was given, from where the command was called. */
  readonly resolvePath: (path: string) => string;
  readonly signal: AbortSignal;
}
