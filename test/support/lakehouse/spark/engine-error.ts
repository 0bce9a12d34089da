/** A statement that the engine refused or failed, in the words that Databricks would show. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly sqlState: string;
  /** What Databricks puts beside the message: the same with the names of Java classes and the stack. */
  readonly full: string;

  constructor(message: string, sqlState: string, full = message) {
    super(message);
    this.sqlState = sqlState;
    this.full = full;
  }
}

/** Makes the error of a status that Spark sent. */
export function engineError(message: string | undefined, sqlState: string | undefined): EngineError {
  const full = message ?? 'The engine gave no reason.';
  const state = /SQLSTATE: (\w{5})/.exec(full)?.[1] ?? (sqlState || 'HY000');
  return new EngineError(withoutJava(full), state, full);
}

/** Leaves what a person can use: no class names, no stack, no plan. */
function withoutJava(full: string): string {
  const text = full
    .replace(/\n\tat [\s\S]*$/, '')
    .replace(/;\n'[\s\S]*$/, '')
    .trim();
  const start = /\[[A-Z][A-Z0-9_.]*\](?![\s\S]*(?:Exception|Error): \[)/.exec(text);
  if (start !== null)
    return text.slice(text.lastIndexOf(start[0]) === start.index ? start.index : text.lastIndexOf(start[0]));
  return text.replace(/^(?:[\w.$]+(?:Exception|Error): |Error running query: )+/, '');
}
