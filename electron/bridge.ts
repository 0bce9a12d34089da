import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { composeEngine } from './compose.ts';
import { describeLoss } from './hosts/loss.ts';
import { startBridge } from './web/bridge-server.ts';
import { desktopHome } from './web/home.ts';

const { values } = parseArgs({
  options: {
    home: { type: 'string', default: desktopHome(process.platform, process.env) },
    port: { type: 'string', default: '0' },
    keychain: { type: 'string', default: 'os' },
  },
});

/** Serves until a signal ends it; a start that fails ends with exit code 1 and says why. */
async function serve(): Promise<void> {
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

  const end = async (): Promise<void> => {
    await bridge.close();
    await engine.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end());
}

try {
  await serve();
} catch (error) {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    console.error(`Port ${values.port} of 127.0.0.1 is in use. Set SLIPWAY_PORT to another one, or to 0.`);
  } else {
    const { message, help } = describeLoss('failed', error);
    console.error(`${message}\n${help}`);
  }
  process.exit(1);
}
