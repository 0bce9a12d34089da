import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** Mounts a disk of 64 KiB at a folder, which it makes; only root may. Undefined where it cannot be: such tests are shown as skipped. */
export function mountSmallDisk(folder: string): string | undefined {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    // Not root, or a sandbox without mounts.
    return undefined;
  }
}
