// A million rows of eight columns from Spark to a CSV file, against the driver's own fetch of the same result that stops before rows are
// made of it: the answers are read as Arrow batches and dropped. The goal, 0.7 of its rows a second, is 1/0.7 of its time.
// Beside it the growth of the peak memory from 0.2 to 2 million rows, measured first, in a process that has exported once before.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { RecordBatchReader } from 'apache-arrow';
import { DatabricksConnection, type ServerSession } from '../../electron/warehouses/databricks-connection.ts';
import { readAddress } from '../../electron/warehouses/databricks-settings.ts';
import { LIMITS } from '../../electron/warehouses/databricks-wait.ts';
import { settingsOf } from '../lakehouse/support/open-databricks.ts';
import { median, report, timeOf } from './support/measure.ts';
import { openSpark } from './support/spark-bench.ts';

const GOAL = 1 / 0.7;
const RUNS = 5;
const ROWS = 1_000_000;
const FETCH_ROWS = 50_000;
const POLL_MS = 10;
const FEW = 200_000;
const MANY = 2_000_000;

/** Eight columns as exports have them. */
const selectRows = (rows: number): string => `
SELECT CAST(id AS STRING) AS customer_id, concat('person.', id, '@example.com') AS email, concat('City ', id % 500) AS city,
  CAST(id % 100000 AS DECIMAL(12,2)) / 100 AS spend, id % 97 AS baskets, id % 2 = 0 AS consent,
  timestamp_seconds(1700000000 + id) AS seen_at, date_add(DATE '1950-01-01', CAST(id % 20000 AS INT)) AS born_on
FROM range(${rows})`;

/** All answers of the driver, read as Arrow and dropped. The session is the product's; every call is the driver's own. */
async function fetchPlainly({ driver, wire, handle }: ServerSession, rows: number): Promise<void> {
  const begun = await driver.executeStatement(
    new wire.TExecuteStatementReq({
      sessionHandle: handle,
      statement: selectRows(rows),
      runAsync: true,
      canReadArrowResult: true,
      canDownloadResult: false,
    }),
  );
  const { operationHandle } = begun;
  if (operationHandle == null) throw new Error('The statement did not begin.');
  for (;;) {
    const status = await driver.getOperationStatus(new wire.TGetOperationStatusReq({ operationHandle }));
    if (status.operationState === wire.TOperationState.FINISHED_STATE) break;
    await setTimeout(POLL_MS);
  }
  const metadata = await driver.getResultSetMetadata(new wire.TGetResultSetMetadataReq({ operationHandle }));
  const schema = metadata.arrowSchema ?? Buffer.alloc(0);
  const { FETCH_NEXT } = wire.TFetchOrientation;
  let read = 0;
  for (let more = true; more;) {
    const answer = await driver.fetchResults(
      new wire.TFetchResultsReq({
        operationHandle,
        orientation: FETCH_NEXT,
        maxRows: FETCH_ROWS,
        fetchType: 0,
      }),
    );
    const messages = (answer.results?.arrowBatches ?? []).map((each) => each.batch);
    for (const batch of RecordBatchReader.from([schema, ...messages])) read += batch.numRows;
    more = answer.hasMoreRows === true;
  }
  await driver.closeOperation(new wire.TCloseOperationReq({ operationHandle }));
  if (read !== rows) throw new Error(`The driver gave ${read} of ${rows} rows.`);
}

const peak = (): number => process.resourceUsage().maxRSS / 1024;
const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
const file = join(folder, 'rows.csv');
const { lakehouse, warehouse } = await openSpark();
const address = readAddress(settingsOf(lakehouse), { token: lakehouse.tokens.owner });
const plain = new DatabricksConnection(address, LIMITS, () => Promise.resolve());
try {
  const session = await plain.use(undefined);
  const exportRows = async (rows: number): Promise<void> => {
    const query = { text: selectRows(rows), values: {}, columns: [] };
    const written = await warehouse.exportFile(query, file, 'csv');
    if (written.rows !== rows) throw new Error(`The export wrote ${written.rows} of ${rows} rows.`);
    await rm(file);
  };
  await exportRows(FEW);
  const before = peak();
  await exportRows(MANY);
  const growth = peak() - before;
  const ours: number[] = [];
  const theirs: number[] = [];
  await fetchPlainly(session, ROWS);
  for (let run = 0; run < RUNS; run += 1) {
    ours.push(await timeOf(() => exportRows(ROWS)));
    theirs.push(await timeOf(() => fetchPlainly(session, ROWS)));
  }
  report({
    bench: 'export-spark',
    ratio: median(ours.map((each, run) => each / (theirs[run] ?? Number.NaN))),
    goal: GOAL,
    ours: median(ours),
    theirs: median(theirs),
    unit: 'ms',
    size: 'large',
    rowsPerSecond: (ROWS / median(ours)) * 1000,
    peakMiB: before,
    growthMiB: growth,
  });
} finally {
  await plain.close();
  await warehouse.close();
  await lakehouse.stop();
  await rm(folder, { recursive: true, force: true });
}
