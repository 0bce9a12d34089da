// Programs that tests run against, fetched once into the cache of this user. The machine's own settings decide where from.
import { createServer } from 'node:net';
import { cacheFolder, fillOnce } from './cache.ts';

/** A program that tests need, or why this machine cannot have it: the tests are then shown as skipped, with the reason. */
export type Tool = { readonly path: string } | { readonly missing: string };

/** A folder of the cache with a program, fetched when it is not there yet. */
export function ensureTool(
  name: string,
  what: string,
  fill: (target: string) => Promise<void> | void,
): Promise<string> {
  return fillOnce(cacheFolder('test-tools'), name, `Fetching ${what} for the tests (once)…`, fill);
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
