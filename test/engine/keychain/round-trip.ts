// Run by secrets.test.ts inside a keyring of its own: writes, reads and removes an entry, and prints what it saw.
import { createOsSecrets } from '../../../electron/keychain/os-secrets.ts';

const secrets = createOsSecrets();
const seen: unknown[] = [await secrets.persistence(), await secrets.read('connection:test')];
await secrets.write('connection:test', { token: 'canary “1”', other: 'x' });
seen.push(await createOsSecrets().read('connection:test'));
await secrets.remove('connection:test');
seen.push(await createOsSecrets().read('connection:test'));
console.log(JSON.stringify(seen));
