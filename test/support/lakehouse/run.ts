// Starts a lakehouse with the sample and prints what opens it, until Ctrl-C.
//   npm run lakehouse -- [small|medium|large]
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSampleSize } from '../../../electron/sample/sample-size.ts';
import { startLakehouse } from './lakehouse.ts';

const size = process.argv[2] ?? 'small';
if (!isSampleSize(size)) {
  console.error('Name a size of the sample: small, medium or large.');
  process.exit(2);
}
const interrupted = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
});
console.log('Starting Spark, which takes about half a minute…');
const lakehouse = await startLakehouse({ size });
// In the folder that the lakehouse removes when it ends.
const addressFile = join(dirname(lakehouse.certificateFile), 'address.json');
writeFileSync(addressFile, JSON.stringify(lakehouse.address), { mode: 0o600 });
console.log(`
Server hostname    ${lakehouse.host}
Port               ${lakehouse.port}
HTTP path          ${lakehouse.path}
Token              ${lakehouse.tokens.owner}
  reads only       ${lakehouse.tokens.reader}
  no warehouse     ${lakehouse.tokens.outsider}
OAuth client id    ${lakehouse.oauth.clientId}
OAuth secret       ${lakehouse.oauth.clientSecret}
Certificate file   ${lakehouse.certificateFile}
Tables             spark_catalog.retail.*

Tests use this one with  SLIPWAY_LAKEHOUSE=${addressFile}
Ctrl-C ends it.`);
await interrupted;
console.log('Ending…');
await lakehouse.stop();
