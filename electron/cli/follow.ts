import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandCall } from './command-call.ts';

/** How often what goes on is looked at, in milliseconds. */
const LOOK_EVERY = 250;

/**
 * Waits for the end of a run or tick, and tells how far it is where that changes. @returns its end; undefined where the command was told to end before
 */
export async function follow<End>(
  ended: Promise<End>,
  describe: () => string,
  { options, signal }: CommandCall,
): Promise<End | undefined> {
  let last = '';
  for (;;) {
    const answer = await Promise.race([ended, sleep(LOOK_EVERY)]);
    if (answer !== undefined) return answer;
    if (signal.aborted) return undefined;
    const line = describe();
    if (line !== last && line !== '' && !options.json) console.error(line);
    last = line;
  }
}
