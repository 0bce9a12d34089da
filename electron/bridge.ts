import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { composeEngine } from './compose.ts';
import { startBridge } from './web/bridge-server.ts';
import { desktopHome } from './web/home.ts';

const { values } = parseArgs({
  options: {
    home: { type: 'string', default: desktopHome(process.platform, process.env) },
    port: { type: 'string', default: '0' },
    keychain: { type: 'string', default: 'os' },
  },
});

const home = resolve(values.home);
mkdirSync(home, { recursive: true });
const engine = await composeEngine({
  home,
  keychain: values.keychain === 'memory' ? 'memory' : 'os',
  version: manifest.version,
});
const bridge = await startBridge({
  engine,
  clientFolder: fileURLToPath(new URL('../client/', import.meta.url)),
  port: Number(values.port),
});
console.log(`Open ${bridge.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void bridge
      .close()
      .then(() => engine.close())
      .finally(() => {
        process.exit(0);
      });
  });
}
