import type { Batch } from '../../electron/destinations/destination.ts';

/** A batch of these rows: all that a run adds, unless stated. */
export function batchOf(rows: Batch['rows'], more: Partial<Omit<Batch, 'rows' | 'json'>> = {}): Batch {
  return { number: 1, op: 'add', isLast: true, rows, json: JSON.stringify(rows), ...more };
}
