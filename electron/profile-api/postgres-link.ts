/** Rows of an answer, all values as text, and how many rows a statement met. */
export interface PostgresAnswer {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly count: number;
}

/** A statement. With a `name` it is prepared once on each connection. */
export interface PostgresStatement {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** A connection of its own, for what belongs together: a transaction, a temporary table, a lock. */
export interface PostgresSession {
  /** @throws AppError */
  run(statement: PostgresStatement): Promise<PostgresAnswer>;
  /** Ends the connection, and with it what was begun. */
  end(): Promise<void>;
}

/** A server as a store talks to it. */
export interface PostgresLink {
  /** Statements that may be under way at a time. */
  readonly connections: number;
  /** Reads; once more where the connection broke. @throws AppError */
  read(statement: PostgresStatement): Promise<PostgresAnswer>;
  /** @throws AppError */
  openSession(): Promise<PostgresSession>;
  close(): Promise<void>;
}
