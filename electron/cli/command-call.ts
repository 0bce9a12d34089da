/** One call of the command line. */
export interface CommandCall {
  readonly command: string;
  readonly text: string;
  /** Of the audience, the activation, the journey or the key; of `ledger`, what to do. */
  readonly name: string | undefined;
  readonly options: {
    readonly out?: string | undefined;
    readonly format?: string | undefined;
    readonly overwrite: boolean;
    readonly unmasked: boolean;
    readonly json: boolean;
    readonly approve: boolean;
    readonly dryRun: boolean;
    /** Of `tick`: publish the file's journey first, and what becomes of customers inside. */
    readonly publish: boolean;
    readonly inside?: string | undefined;
    /** Of `key`: the one part that it may read. */
    readonly part?: string | undefined;
  };
  /** A path as it was given, from where the command was called. */
  readonly resolvePath: (path: string) => string;
  readonly signal: AbortSignal;
}
