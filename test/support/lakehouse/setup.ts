// Fetches what the test lakehouse needs, once, into the cache of this user: Spark from the Python package index, Delta
// Lake from Maven Central, and Databricks' own Python connector. The machine's own settings decide where both are.
//   node test/support/lakehouse/setup.ts
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheFolder, fillOnce } from '../cache.ts';

/** The pair that works together: Delta 4.4 cannot write with Spark 4.3. */
const SPARK = '4.2.0';
const DELTA = '4.4.0';
const CONNECTOR = '4.9.0';
const SPARK_SHA256 = '5ad689d53570ee1674193fd4f9bda065f0db3be9363a27d2a3406cc457b70b61';

/** What was fetched. */
export interface LakehouseTools {
  /** A folder with Spark's `bin` and `jars`. */
  readonly sparkHome: string;
  /** A folder with the jars of Delta Lake. */
  readonly deltaJars: string;
  /** A Python that has Databricks' SQL connector. */
  readonly python: string;
}

/** The folder in which everything of the test lakehouse is kept between runs. */
export function lakehouseCache(): string {
  return cacheFolder('lakehouse');
}

/** Fetches what is not there yet. Ready tools cost a few looks at the disk. */
export async function ensureLakehouseTools(): Promise<LakehouseTools> {
  const fetchOnce = (name: string, what: string, fill: Parameters<typeof fillOnce>[3]): Promise<string> =>
    fillOnce(lakehouseCache(), name, `Fetching ${what} for the test lakehouse (once)…`, fill);
  return {
    sparkHome: await fetchOnce(`spark-${SPARK}`, 'Spark (450 MB)', fetchSpark),
    deltaJars: await fetchOnce(`delta-${DELTA}`, 'Delta Lake', fetchDelta),
    python: join(
      await fetchOnce(`connector-${CONNECTOR}`, "Databricks' Python connector", fetchConnector),
      'bin',
      'python',
    ),
  };
}

async function fetchSpark(target: string, work: string): Promise<void> {
  run('python3', [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--no-binary',
    ':all:',
    '--dest',
    work,
    `pyspark==${SPARK}`,
  ]);
  const archive = join(work, readdirSync(work).find((file) => file.endsWith('.tar.gz')) ?? '');
  const hash = createHash('sha256');
  await pipeline(createReadStream(archive), hash);
  if (hash.digest('hex') !== SPARK_SHA256)
    throw new Error(`The archive of Spark ${SPARK} has another checksum.`);
  const inside = `pyspark-${SPARK}/deps`;
  run('tar', ['xzf', archive, '-C', target, '--strip-components=2', `${inside}/bin`, `${inside}/jars`]);
}

async function fetchDelta(target: string): Promise<void> {
  const pom = join(import.meta.dirname, 'delta-pom.xml');
  // Spark brings all that Delta depends on, but for these two groups.
  const what = [`-DoutputDirectory=${target}`, '-DincludeGroupIds=io.delta,io.unitycatalog'];
  run('mvn', ['--batch-mode', '--quiet', '--file', pom, 'dependency:copy-dependencies', ...what]);
}

async function fetchConnector(target: string): Promise<void> {
  run('python3', ['-m', 'venv', target]);
  const requirements = join(import.meta.dirname, 'requirements.txt');
  run(join(target, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

if (import.meta.main) await ensureLakehouseTools();
