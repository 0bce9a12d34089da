import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder of this user's cache, outside the tree, in which tests keep what they fetched. */
export function cacheFolder(name: string): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'slipway', name);
}

/**
 * A folder of a cache, filled when it is not there yet; `told` is said then. It is made under another name and renamed when complete: an
 * interrupted set-up leaves nothing. `fill` may use the folder `work` for what is not kept.
 */
export async function fillOnce(
  cache: string,
  name: string,
  told: string,
  fill: (target: string, work: string) => Promise<void> | void,
): Promise<string> {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  console.error(told);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'fetch-'));
  try {
    const target = join(work, 'target');
    mkdirSync(target);
    await fill(target, work);
    renameSync(target, folder);
  } catch (error) {
    // A second set-up at the same time may have been quicker.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}
