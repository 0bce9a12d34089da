import { AppError, throwIfCancelled } from '../domain/app-error.ts';
import { formatTablePath, type TablePath } from '../domain/table-path.ts';
import { runStep, type TestStep } from '../domain/test-step.ts';
import { quoteIdentifier, quoteTable } from '../sql/printer.ts';
import type { DatabricksConnection } from './databricks-connection.ts';
import { databricksDialect } from './databricks-dialect.ts';
import { listCatalogs, type MetadataReader } from './databricks-discovery.ts';
import { openTls, resolveHost } from './databricks-reach.ts';
import type { DatabricksAddress } from './databricks-settings.ts';
import type { ActOptions, OpenWarehouse } from './warehouse.ts';

/** What the test of a connection walks over. */
export interface TestedConnection {
  readonly address: DatabricksAddress;
  readonly connection: DatabricksConnection;
  readonly reader: MetadataReader;
  readonly query: OpenWarehouse['query'];
}

type OnStep = (step: TestStep) => void;

/** What a sign-in fails with; every other failure of opening a session is one of the SQL warehouse. */
const SIGN_IN_FIELDS = new Set([
  'settings.token',
  'settings.clientSecret',
  'settings.host',
  'settings.authority',
]);

/** Catalogs that every workspace has: a table of the customer is looked for in the others first. */
const COMMON = new Set(['samples', 'hive_metastore', 'main_samples']);
/** Tables that are tried for a row, and schemas that are looked into for them. */
const MOST_TABLES = 5;
const MOST_SCHEMAS = 20;

/** Walks the steps of a connection test. @throws AppError at the failing step */
export async function testConnection(
  tested: TestedConnection,
  onStep: OnStep,
  options: ActOptions,
): Promise<void> {
  const { address } = tested;
  const { signal } = options;
  const step = async (
    id: string,
    label: string,
    act: (tell: (detail: string) => void) => Promise<string | undefined>,
  ): Promise<void> => {
    throwIfCancelled(signal);
    await runStep(onStep, id, label, (tell) =>
      act((told) => {
        tell(told);
        options.onProgress?.({ text: told });
      }),
    );
  };

  await step('resolve', `Find ${address.host}`, () => resolveHost(address));
  await step('tls', 'Open an encrypted connection', async () => {
    await openTls(address, signal);
    return undefined;
  });

  // One request signs in and opens the session; its outcome tells which of the two failed.
  let tell: ((detail: string) => void) | undefined;
  let isStarting = false;
  let refused: (() => void) | undefined;
  const firstRefusal = new Promise<void>((resolve) => (refused = resolve));
  const opening = tested.connection.use(signal, {
    onRefusal: (status) => {
      isStarting ||= status === 503;
      refused?.();
      tell?.(startingText(status));
    },
  });
  const opened = opening.then(
    () => undefined,
    (error: unknown) => error,
  );
  await step('authenticate', 'Sign in', async () => {
    const error = await Promise.race([opened, firstRefusal]);
    if (error instanceof AppError && isSignInFailure(error)) throw error;
    return address.credentials.kind === 'oauth' ? 'As a service principal' : undefined;
  });
  await step('session', 'Open a session', async (told) => {
    tell = told;
    if (isStarting) told(startingText(503));
    await opening;
    return undefined;
  });
  await step('warehouse', 'Wake the SQL warehouse', async (told) => {
    await tested.query(
      { text: 'SELECT 1 AS one', values: {}, columns: [] },
      {
        ...options,
        onProgress: ({ text }) => {
          if (/starting/.test(text)) told(text);
        },
      },
    );
    return undefined;
  });
  let catalogs: readonly string[] = [];
  await step('catalogs', 'List catalogs', async () => {
    catalogs = await findCatalogs(tested);
    return `${catalogs.length} ${catalogs.length === 1 ? 'catalog' : 'catalogs'}`;
  });
  await step('read', 'Read a row', () => readRow(tested, catalogs, options));
}

/** What is told while a warehouse refuses for now. */
export function startingText(status: number): string {
  return status === 503 ? 'The SQL warehouse is starting' : 'Databricks asks to slow down';
}

function isSignInFailure({ code, where }: AppError): boolean {
  return code === 'HOST_UNREACHABLE' || (where !== undefined && SIGN_IN_FIELDS.has(where));
}

async function findCatalogs({ address, reader }: TestedConnection): Promise<string[]> {
  const seen = await listCatalogs(reader, undefined);
  const { catalog } = address;
  if (catalog === undefined) {
    if (seen.length === 0) throw nothingVisible('No catalog is visible to the account.', '`<catalog>`');
    return seen;
  }
  if (seen.includes(catalog)) return [catalog];
  throw nothingVisible(
    `The catalog “${catalog}” does not exist, or the account may not see it.`,
    quoteIdentifier(catalog, databricksDialect),
  );
}

function nothingVisible(message: string, catalog: string): AppError {
  return new AppError({
    code: 'PERMISSION_DENIED',
    message,
    help: `Grant it: GRANT USE CATALOG ON CATALOG ${catalog} TO \`<account>\`.`,
    retry: 'after-fix',
  });
}

async function readRow(
  tested: TestedConnection,
  catalogs: readonly string[],
  options: ActOptions,
): Promise<string> {
  let tried = 0;
  let refusal: AppError | undefined;
  for await (const path of findTables(tested.reader, catalogs, options)) {
    try {
      const text = `SELECT 1 AS one FROM ${quoteTable(path, databricksDialect)} LIMIT 1`;
      await tested.query({ text, values: {}, columns: [] }, options);
      return formatTablePath(path);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'PERMISSION_DENIED') throw error;
      refusal ??= error;
      tried += 1;
      if (tried === MOST_TABLES) break;
    }
  }
  if (refusal !== undefined) throw refusal;
  const [first] = catalogs;
  throw new AppError({
    code: 'PERMISSION_DENIED',
    message: `No tables are visible in ${catalogs.length === 1 && first !== undefined ? `“${first}”` : 'any catalog'}.`,
    help: 'Grant USE SCHEMA on a schema and SELECT on its tables to the account.',
    retry: 'after-fix',
  });
}

async function* findTables(
  reader: MetadataReader,
  catalogs: readonly string[],
  { signal }: ActOptions,
): AsyncGenerator<TablePath> {
  const ordered = [...catalogs].sort((a, b) => Number(COMMON.has(a)) - Number(COMMON.has(b)));
  let looked = 0;
  for (const catalog of ordered) {
    for (const schema of namesOf(await reader.schemas(catalog), 'TABLE_SCHEM')) {
      if (schema === 'information_schema') continue;
      throwIfCancelled(signal);
      looked += 1;
      if (looked > MOST_SCHEMAS) return;
      for (const table of namesOf(await reader.tables(catalog, schema), 'TABLE_NAME', { schema })) {
        yield { catalog, schema, table };
      }
    }
  }
}

/** The names in rows of a metadata call; a schema's name is a pattern to the server, so others may be among them. */
function namesOf(rows: readonly object[], key: string, within?: { readonly schema: string }): string[] {
  const read = (row: object, name: string): unknown =>
    Object.entries(row).find(([each]) => each === name)?.[1];
  return rows
    .filter((row) => within === undefined || read(row, 'TABLE_SCHEM') === within.schema)
    .map((row) => read(row, key))
    .filter((name) => typeof name === 'string');
}
