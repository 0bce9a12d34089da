import { randomBytes } from 'node:crypto';
import { openSparkSession, type SparkSession } from '../spark/spark-session.ts';
import type { SparkClient } from '../spark/spark-client.ts';
import type { SessionHandle } from '../thrift/messages.ts';
import { guidOf, newGuid } from './guid.ts';
import type { Operation } from './operation.ts';
import { quoteName } from './parameters.ts';

/** A session of one user. It is bound to its user: another user's token does not open it. */
export interface Session {
  readonly id: string;
  readonly handle: SessionHandle;
  readonly user: string;
  readonly spark: SparkSession;
  /** What the client set when it opened the session, such as QUERY_TAGS, and what it has SET since. */
  readonly configuration: Map<string, string>;
  readonly operations: Map<string, Operation>;
  /** The time zone of the session, as Spark names it. */
  timeZone(): Promise<string>;
  /** Takes note of a statement that the engine has run: SET changes what the session is like. */
  noteStatement(sql: string): void;
  close(): Promise<void>;
}

/** What a client says when it opens a session. */
export interface SessionRequest {
  readonly user: string;
  readonly configuration: Readonly<Record<string, string>>;
  readonly catalog: string | undefined;
  readonly schema: string | undefined;
}

/** Names that Databricks gives to settings of open Spark. */
const SPARK_NAMES = new Map([
  ['TIMEZONE', 'spark.sql.session.timeZone'],
  ['ANSI_MODE', 'spark.sql.ansi.enabled'],
]);

/** Opens a session in the engine and prepares it as the client asks. */
export async function openSession(client: SparkClient, request: SessionRequest): Promise<Session> {
  const guid = newGuid();
  const spark = await openSparkSession(client);
  const configuration = new Map<string, string>();
  for (const [name, value] of Object.entries(request.configuration)) {
    configuration.set(name.toUpperCase(), value);
    const sparkName =
      SPARK_NAMES.get(name.toUpperCase()) ?? (name.startsWith('spark.sql.') ? name : undefined);
    // Settings of Databricks' own, such as those of its result formats, mean nothing to open Spark.
    if (sparkName !== undefined && !value.includes(';')) await spark.readRows(`SET ${sparkName}=${value}`);
  }
  if (request.catalog) await spark.readRows(`USE CATALOG ${quoteName(request.catalog)}`);
  if (request.schema) await spark.readRows(`USE ${quoteName(request.schema)}`);

  let timeZone: Promise<string> | undefined;
  const operations = new Map<string, Operation>();
  return {
    id: guidOf(guid),
    handle: { sessionId: { guid, secret: randomBytes(16) } },
    user: request.user,
    spark,
    configuration,
    operations,
    timeZone: async () => {
      timeZone ??= spark.readRows('SELECT current_timezone()').then((rows) => rows[0]?.[0] ?? 'UTC');
      return await timeZone;
    },
    noteStatement: (sql) => {
      if (!/^\s*(?:SET|RESET)\b/i.test(sql)) return;
      timeZone = undefined;
      const setting =
        /^\s*SET\s+(?:SESSION\s+)?(STATEMENT_TIMEOUT|QUERY_TAGS|USE_CACHED_RESULT)\s*=\s*(.*?)[;\s]*$/is.exec(
          sql,
        );
      if (setting !== null) configuration.set((setting[1] ?? '').toUpperCase(), setting[2] ?? '');
    },
    close: async () => {
      for (const operation of operations.values()) await operation.close();
      operations.clear();
      await spark.close();
    },
  };
}
