import { HELD_OUT } from './journey-ways.ts';
import type { RandomSplit } from './journey.ts';

/** How many buckets a random split deals customers to. */
export const BUCKETS = 10_000;

/** Buckets of one way of a random split: from `from`, included, to `below`. */
export interface BucketRange {
  readonly key: string;
  readonly from: number;
  readonly below: number;
}

/**
 * Which buckets go which way: those held out first, then the branches in their order. A bucket is the first eight hex digits of
 * md5(step id ‖ ':' ‖ customer id), as a number, modulo {@link BUCKETS}. Bounds are rounded, each from the sum so far, so that they leave no gap.
 */
export function bucketRanges({ branches, holdOut }: RandomSplit): BucketRange[] {
  const held = Math.round(holdOut * (BUCKETS / 100));
  const isEven = branches.every(({ percent }) => percent === undefined);
  const shares = branches.map(({ percent }) => (isEven ? (100 - holdOut) / branches.length : (percent ?? 0)));
  const ranges: BucketRange[] = held === 0 ? [] : [{ key: HELD_OUT, from: 0, below: held }];
  let sum = holdOut;
  let from = held;
  for (const [at, { id }] of branches.entries()) {
    sum += shares[at] ?? 0;
    const below = at === branches.length - 1 ? BUCKETS : Math.round(sum * (BUCKETS / 100));
    ranges.push({ key: `b-${id}`, from, below });
    from = below;
  }
  return ranges;
}
