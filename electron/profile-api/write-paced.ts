import { setTimeout as sleep } from 'node:timers/promises';
import type { Intake, IntakeRows } from './profile-store.ts';

/** How long a refresh rests after each write, as a multiple of what the write took: two thirds of the time are left to requests. */
const REST = 2;

/**
 * Writes customers into a part that is told meanwhile: slowly enough that requests find the thread free. A part that nobody is told of yet is written
 * without it, as fast as can be.
 */
export async function writePaced(intake: Intake, rows: IntakeRows): Promise<void> {
  const begin = performance.now();
  await intake.write(rows);
  await sleep((performance.now() - begin) * REST);
}
