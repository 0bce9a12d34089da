import { readFileSync } from 'node:fs';
import { DBSQLClient, LogLevel } from '@databricks/sql';
import type IDBSQLSession from '@databricks/sql/dist/contracts/IDBSQLSession.js';
import type { LakehouseAddress } from '../../support/lakehouse/lakehouse.ts';

/** A session of Databricks' own driver, as it is on npm, and how to end it. */
export interface DriverSession {
  readonly session: IDBSQLSession;
  /** All rows of a statement. */
  rows(sql: string, options?: StatementOptions): Promise<readonly Record<string, unknown>[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

type StatementOptions = Parameters<IDBSQLSession['executeStatement']>[1];
type SessionOptions = Parameters<DBSQLClient['openSession']>[0];

/** Opens a session at a lakehouse with a token; rejects with the driver's error. */
export async function openDriver(
  address: LakehouseAddress,
  token: string,
  options: SessionOptions = {},
): Promise<DriverSession> {
  const client = new DBSQLClient({
    logger: { log: (level, text) => level === LogLevel.error && console.error(text) },
  });
  // Without a listener a broken connection would end the process.
  client.on('error', () => undefined);
  await client.connect({
    host: address.host,
    port: address.port,
    path: address.path,
    token,
    customCaCert: readFileSync(address.certificateFile),
    telemetryEnabled: false,
    preserveBigNumericPrecision: true,
  });
  const session = await client.openSession(options);
  return {
    session,
    rows: async (sql, statementOptions) => {
      const operation = await session.executeStatement(sql, statementOptions);
      const rows: unknown[] = await operation.fetchAll();
      await operation.close();
      return rows as Record<string, unknown>[];
    },
    [Symbol.asyncDispose]: async () => {
      // A session on a connection that a test has broken cannot be closed.
      await session.close().catch(() => undefined);
      await client.close().catch(() => undefined);
    },
  };
}
