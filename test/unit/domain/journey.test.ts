import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomSplit } from '../../../electron/domain/journey.ts';
import { waysOf, withWay } from '../../../electron/domain/journey-ways.ts';
import { BUCKETS, bucketRanges } from '../../../electron/domain/random-buckets.ts';
import { arrangeSteps } from '../../../renderer/features/journeys/arrange-steps.ts';

function split(percents: readonly (number | undefined)[], holdOut = 0): RandomSplit {
  return RandomSplit.parse({
    kind: 'random-split',
    id: 'deal',
    holdOut,
    branches: percents.map((percent, at) => ({
      id: `b${at + 1}`,
      name: `Branch ${at + 1}`,
      next: `s${at + 1}`,
      ...(percent === undefined ? {} : { percent }),
    })),
  });
}

function bucketOf(customer: string, step = 'deal'): number {
  const digest = createHash('md5').update(`${step}:${customer}`).digest('hex');
  return Number.parseInt(digest.slice(0, 8), 16) % BUCKETS;
}

describe('the buckets of a random split', () => {
  it('leave no gap and no overlap, whatever the branches and the hold-out', () => {
    const holdOuts = fc.integer({ min: 0, max: 9_999 }).map((hundredths) => hundredths / 100);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), holdOuts, (count, holdOut) => {
        const ranges = bucketRanges(
          split(
            Array.from({ length: count }, () => undefined),
            holdOut,
          ),
        );
        expect(ranges[0]?.from).toBe(0);
        expect(ranges.at(-1)?.below).toBe(BUCKETS);
        for (const [at, range] of ranges.entries()) {
          expect(range.below).toBeGreaterThanOrEqual(range.from);
          if (at > 0) expect(range.from).toBe(ranges[at - 1]?.below);
        }
        const shares = ranges.filter(({ key }) => key !== 'held-out').map(({ from, below }) => below - from);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('follow the percentages to a hundredth of a percent', () => {
    expect(bucketRanges(split([12.34, 57.66], 30))).toEqual([
      { key: 'held-out', from: 0, below: 3_000 },
      { key: 'b-b1', from: 3_000, below: 4_234 },
      { key: 'b-b2', from: 4_234, below: 10_000 },
    ]);
  });

  it('deal a hundred thousand customers within five sigma, each the same way every time', () => {
    const customers = 100_000;
    const ranges = bucketRanges(split([undefined, undefined, undefined], 10));
    const found = new Map<string, number>();
    for (let at = 0; at < customers; at += 1) {
      const bucket = bucketOf(String(7_000_000_000 + at));
      const way = ranges.find(({ from, below }) => bucket >= from && bucket < below)?.key ?? 'none';
      found.set(way, (found.get(way) ?? 0) + 1);
    }
    for (const { key, from, below } of ranges) {
      const part = (below - from) / BUCKETS;
      const sigma = Math.sqrt(customers * part * (1 - part));
      expect(Math.abs((found.get(key) ?? 0) - customers * part)).toBeLessThan(5 * sigma);
    }
    // Another step deals anew: half of a branch is not half of the next one.
    const both = Array.from({ length: 10_000 }, (_, at) => String(at));
    const same = both.filter((id) => bucketOf(id) < 5_000 === bucketOf(id, 'other') < 5_000).length;
    expect(Math.abs(same - 5_000)).toBeLessThan(5 * Math.sqrt(2_500));
  });
});

describe('the ways of a step', () => {
  it('can each be led elsewhere and nowhere, and the others stay', () => {
    const step = split([undefined, undefined]);
    const led = withWay(step, 'b-b1', 'elsewhere');
    expect(waysOf(led).map(({ next }) => next)).toEqual(['elsewhere', 's2']);
    expect(waysOf(withWay(led, 'b-b2', undefined)).map(({ next }) => next)).toEqual(['elsewhere', undefined]);
  });
});

describe('steps that are arranged', () => {
  it('stand from left to right, the ways of a step from above to below', () => {
    const media = ['facebook', 'pinterest', 'tiktok'];
    const { media: deal, ...at } = arrangeSteps([
      { kind: 'entry', id: 'entry', next: 'media' },
      {
        kind: 'random-split',
        id: 'media',
        holdOut: 0,
        branches: media.map((id) => ({ id, name: id, next: id })),
      },
      ...media.map((id) => ({ kind: 'activate' as const, id })),
    ]);
    const heights = media.map((id) => at[id]?.y ?? Number.NaN);
    expect(heights).toEqual([...heights].sort((one, other) => one - other));
    expect(new Set(heights).size).toBe(media.length);
    expect(at['facebook']?.x).toBeGreaterThan(deal?.x ?? Number.NaN);
  });
});
