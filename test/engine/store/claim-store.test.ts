import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { composeEngine } from '../../../electron/compose.ts';
import { claimStore } from '../../../electron/store/claim-store.ts';
import { makeTemporaryFolder } from '../../support/temporary-folder.ts';

const config = (home: string) => ({ home, keychain: 'memory', version: '0.0.0' }) as const;

describe('one store, one engine', () => {
  it('refuses a second engine, which says so, and leaves the first at work', async () => {
    const home = makeTemporaryFolder();
    const first = await composeEngine(config(home));
    const before = await first.services.connections.list();
    await expect(composeEngine(config(home))).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      message: expect.stringContaining('Another Slipway that is running') as string,
    });
    expect(await first.services.connections.list()).toEqual(before);
    await first.close();
    const second = await composeEngine(config(home));
    await second.close();
  });

  it('is free again once a process that held it is killed', async () => {
    const path = join(makeTemporaryFolder(), 'slipway.db');
    const module = fileURLToPath(new URL('../../../electron/store/claim-store.ts', import.meta.url));
    const script = `import(process.argv[1]).then(({ claimStore }) => { claimStore(process.argv[2]); console.log('held'); setInterval(() => {}, 1e6) })`;
    const holder = spawn(process.execPath, ['-e', script, module, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    expect(() => claimStore(path)).toThrow('Another Slipway that is running');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    claimStore(path).release();
  });
});
