import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled } from '../domain/app-error.ts';
import { sampleStatements } from '../sample/generate.ts';
import { isSampleSize, SAMPLE_AS_OF, sampleFileName, type SampleSize } from '../sample/sample-size.ts';
import { duckdbDialect } from './duckdb-dialect.ts';
import { mapDuckdbError } from './duckdb-error.ts';
import { instanceConfig, sqlLiteral } from './duckdb-instance.ts';
import { interruptOnAbort } from './duckdb-pool.ts';
import { loadDriver } from './duckdb-read.ts';
import { DuckdbSession } from './duckdb-session.ts';
import { STATE_SCHEMA } from './duckdb-state.ts';
import { defineWarehouse, type ActOptions } from './warehouse.ts';

const CATALOG = 'main_db';
/** A file that is still being made and older than this was left by a process that died. */
const ABANDONED_AFTER_MS = 6 * 3_600_000;

/** The embedded sample lakehouse: catalog `main`, schema `retail`, made on first use. */
export const sample = defineWarehouse({
  kind: 'sample',
  label: 'Sample lakehouse',
  description: 'Made-up retail data on this computer: households, transactions and propensity scores.',
  settings: [
    {
      key: 'size',
      label: 'Size',
      kind: 'select',
      required: true,
      initial: 'small',
      options: [
        { value: 'small', label: 'Small', hint: '2,500 households, 300,000 transactions; ready in seconds' },
        { value: 'medium', label: 'Medium', hint: '50,000 households, 1.5 million transactions' },
        {
          value: 'large',
          label: 'Large',
          hint: '1 million households, 20 million transactions; takes a minute or two',
        },
      ],
    },
  ],
  dialect: duckdbDialect,
  pinnedAsOf: SAMPLE_AS_OF,
  stateSchema: () => STATE_SCHEMA,
  async open({ settings, home, signal, onProgress }) {
    const size = isSampleSize(settings['size']) ? settings['size'] : 'small';
    const file = await ensureSampleFile(home, size, {
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    return DuckdbSession.open(
      {
        label: 'the sample lakehouse',
        catalogs: [CATALOG],
        folders: [],
        attach: async (connection) => {
          await connection.run(`ATTACH ${sqlLiteral(file)} AS ${CATALOG} (READ_ONLY)`);
        },
      },
      home,
      join(home, 'sample', `state-${size}.duckdb`),
    );
  },
});

/**
 * The path of the sample of a size below `<home>/sample`, made if it is not there. It is made under another name and renamed when complete, so
 * that neither a cancel nor a second process at the same time leaves half a sample.
 */
async function ensureSampleFile(home: string, size: SampleSize, options: ActOptions): Promise<string> {
  const folder = join(home, 'sample');
  const file = join(folder, sampleFileName(size));
  if (await exists(file)) return file;
  await mkdir(folder, { recursive: true });
  await removeAbandoned(folder);
  const building = join(folder, `${size}-${randomUUID()}.building`);
  try {
    await buildSample(building, size, `${building}-spill`, options);
    // Another process may have been quicker: its file holds the same rows.
    if (!(await exists(file))) await rename(building, file);
    return file;
  } catch (error) {
    throwIfCancelled(options.signal);
    throw mapDuckdbError(error, building);
  } finally {
    await rm(building, { force: true });
    await rm(`${building}.wal`, { force: true });
  }
}

async function buildSample(
  file: string,
  size: SampleSize,
  spillFolder: string,
  options: ActOptions,
): Promise<void> {
  const { api } = await loadDriver();
  const instance = await api.DuckDBInstance.create(':memory:', instanceConfig(spillFolder));
  const connection = await instance.connect();
  const stop = interruptOnAbort(connection, options.signal);
  try {
    await connection.run(`SET TimeZone = 'UTC'`);
    await connection.run(`ATTACH ${sqlLiteral(file)} AS ${CATALOG}`);
    await connection.run(`USE ${CATALOG}`);
    const statements = sampleStatements(size);
    for (const [at, statement] of statements.entries()) {
      throwIfCancelled(options.signal);
      options.onProgress?.({ text: statement.label, fraction: at / statements.length });
      await connection.run(statement.sql);
    }
    await connection.run('USE memory');
    await connection.run(`DETACH ${CATALOG}`);
  } finally {
    stop();
    connection.closeSync();
    instance.closeSync();
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.includes('.building')) continue;
    const path = join(folder, name);
    // It may be finished or cleaned up between the listing and the look.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS)
      await rm(path, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    // Any reason why it cannot be seen is a reason to make it, and making it tells the reason.
    return false;
  }
}
