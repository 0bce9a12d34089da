import { isSampleSize, type SampleSize } from '../../../electron/sample/sample-size.ts';

/** How much data a benchmark works on: `SLIPWAY_BENCH_SIZE`, large unless stated. Goals are for large. */
export function benchSize(): SampleSize {
  const size = process.env['SLIPWAY_BENCH_SIZE'] ?? 'large';
  if (!isSampleSize(size)) throw new RangeError(`SLIPWAY_BENCH_SIZE is small, medium or large, not ${size}.`);
  return size;
}

/** Milliseconds that an act takes. */
export async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The arithmetic mean of some numbers. */
export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

/** The smallest of some numbers that at least `share` (0–1) of them do not exceed: a value that was measured, none in between. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

/** What a benchmark found. `goal` is the greatest `ratio` that is good; of a limit in milliseconds, `theirs` is the limit and `goal` 1. */
export interface Finding {
  readonly bench: string;
  readonly ratio: number;
  readonly goal: number;
  readonly ours: number;
  readonly theirs: number;
  readonly unit: string;
  readonly size: SampleSize;
  /** Figures behind the finding. */
  readonly [detail: string]: string | number | readonly number[];
}

/** Prints the one JSON line of a benchmark. */
export function report(finding: Finding): void {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value;
  console.log(JSON.stringify({ ...finding, ok: finding.ratio <= finding.goal }, rounded));
}
