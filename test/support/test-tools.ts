// Programs that tests run against, fetched once into the cache of this user. The machine's own settings decide where from.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A program that tests need, or why this machine cannot have it: the tests are then shown as skipped, with the reason. */
export type Tool = { readonly path: string } | { readonly missing: string };

/**
 * A folder of the cache, filled when it is not there yet. It is made under another name and renamed when complete: an interrupted
 * set-up leaves nothing.
 */
export async function ensureTool(
  name: string,
  what: string,
  fill: (target: string) => Promise<void> | void,
): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'slipway', 'test-tools');
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  console.error(`Fetching ${what} for the tests (once)…`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'fetch-'));
  try {
    const target = join(work, 'target');
    mkdirSync(target);
    await fill(target);
    renameSync(target, folder);
  } catch (error) {
    // A second set-up at the same time may have been quicker.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

/** The title of tests that need a tool: with the reason where it is missing. */
export function titleWith(tool: Tool, title: string): string {
  return 'missing' in tool ? `${title} (skipped: ${tool.missing})` : title;
}

/** A port of 127.0.0.1 that nothing listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('No free port was found.');
  return address.port;
}
