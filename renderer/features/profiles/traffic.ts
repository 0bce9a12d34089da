import type { LatencySecond } from '../../../electron/domain/profile-api.ts';
import { formatCount } from '../../text/format.ts';

/** How many seconds the chart shows. */
export const SHOWN_SECONDS = 300;

/** A second of the chart; one without requests has no times. Times are milliseconds. */
export interface ShownSecond {
  readonly at: number;
  readonly requests: number;
  readonly errors: number;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
}

/** Every second up to the last whole one before `now` (milliseconds since 1970), the oldest first: the engine tells those with requests only. */
export function fillSeconds(latency: readonly LatencySecond[], now: number): ShownSecond[] {
  const known = new Map(latency.map((each) => [Math.floor(Date.parse(each.at) / 1000), each]));
  const last = Math.floor(now / 1000) - 1;
  return Array.from({ length: SHOWN_SECONDS }, (_, index) => {
    const second = last - SHOWN_SECONDS + 1 + index;
    const found = known.get(second);
    return {
      at: second * 1000,
      requests: found?.requests ?? 0,
      errors: found?.errors ?? 0,
      p50: found?.p50,
      p99: found?.p99,
    };
  });
}

/** A number from which an axis reads well and that is no less than `most`: 1, 2 or 5 times a power of ten. */
export function roundUp(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 5, 10].find((each) => each * power >= most * (1 - 1e-9)) ?? 10;
  // 10 ** -3 * 5 is 0.005 only nearly.
  return Number((step * power).toPrecision(1));
}

/** The box of a chart, in units of its own. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** A line through the values that are there, as a path of SVG: what is missing breaks it, and a lone value is a dot. */
export function drawLine(
  values: readonly (number | undefined)[],
  most: number,
  { width, height }: Box,
): string {
  const step = width / Math.max(values.length - 1, 1);
  let isBroken = true;
  return values
    .flatMap((value, index) => {
      if (value === undefined) {
        isBroken = true;
        return [];
      }
      const x = round(index * step);
      const y = round(height - (Math.min(value, most) / most) * height);
      const point = isBroken ? `M${x} ${y}h0` : `L${x} ${y}`;
      isBroken = false;
      return [point];
    })
    .join('');
}

/** The area below the values, as a path of SVG. */
export function drawArea(values: readonly number[], most: number, box: Box): string {
  return `M0 ${box.height}${drawLine(values, most, box).replace('M', 'L').replace('h0', '')}L${box.width} ${box.height}Z`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Milliseconds for people, fine where they are few: `0.08 ms`, `3.2 ms`, `140 ms`. */
export function formatLatency(milliseconds: number): string {
  const digits = milliseconds < 0.995 ? 2 : milliseconds < 99.5 ? 1 : 0;
  return `${milliseconds.toFixed(digits)} ms`;
}

/** What the chart shows, in a sentence. */
export function describeTraffic(seconds: readonly ShownSecond[]): string {
  const busy = seconds.filter(({ requests }) => requests > 0);
  const last = busy.at(-1);
  if (last === undefined) return 'No requests in the last 5 minutes.';
  const most = Math.max(...busy.map(({ requests }) => requests));
  const slowest = Math.max(...busy.map(({ p99 }) => p99 ?? 0));
  const now = seconds.at(-1)?.requests ?? 0;
  return `${formatCount(now)} requests in the last second, ${formatCount(most)} at most. Of the last requests half took ${formatLatency(last.p50 ?? 0)} or less; the slowest second of the last 5 minutes has a p99 of ${formatLatency(slowest)}.`;
}
