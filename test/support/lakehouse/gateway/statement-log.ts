/** A statement as the gateway got it. Values of parameters are not kept. */
export interface LoggedStatement {
  readonly user: string;
  readonly sql: string;
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly sessionId: string;
  readonly statementId: string;
  /** The session's configuration and, over it, the statement's own, such as `query_tags`. Names are upper case. */
  readonly configuration: Readonly<Record<string, string>>;
}

/** The log of all statements and of the cancels that reached the engine. */
export class StatementLog {
  #statements: LoggedStatement[] = [];
  #cancelled: string[] = [];

  add(statement: LoggedStatement): void {
    this.#statements.push(statement);
  }

  addCancelled(statementId: string): void {
    this.#cancelled.push(statementId);
  }

  statements(): readonly LoggedStatement[] {
    return this.#statements;
  }

  cancelled(): readonly string[] {
    return this.#cancelled;
  }

  clear(): void {
    this.#statements = [];
    this.#cancelled = [];
  }
}
