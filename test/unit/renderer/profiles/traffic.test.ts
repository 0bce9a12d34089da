import { describe, expect, it } from 'vitest';
import {
  describeAge,
  describeRefresh,
  describeState,
} from '../../../../renderer/features/profiles/api-words.ts';
import {
  describeTraffic,
  drawArea,
  drawLine,
  fillSeconds,
  formatLatency,
  roundUp,
  SHOWN_SECONDS,
} from '../../../../renderer/features/profiles/traffic.ts';

const NOW = Date.parse('2026-11-20T09:30:00.400Z');
const second = (at: string, requests: number, p50: number, p99: number) => ({
  at: `2026-11-20T09:${at}.000Z`,
  requests,
  errors: 0,
  p50,
  p99,
});

describe('the chart of requests', () => {
  it('shows every second up to the last whole one', () => {
    const seconds = fillSeconds([second('29:59', 40, 0.2, 3), second('20:00', 9, 1, 1)], NOW);
    expect(seconds).toHaveLength(SHOWN_SECONDS);
    expect(seconds.at(-1)).toEqual({
      at: Date.parse('2026-11-20T09:29:59.000Z'),
      requests: 40,
      errors: 0,
      p50: 0.2,
      p99: 3,
    });
    expect(seconds.filter(({ requests }) => requests > 0)).toHaveLength(1);
    expect(seconds.at(0)).toMatchObject({ requests: 0, p50: undefined });
  });

  it('ends its axes at a number that reads well and is no less', () => {
    expect([0, 0.003, 0.05, 1, 1.1, 499, 500, 501, 6000].map(roundUp)).toEqual([
      1, 0.005, 0.05, 1, 2, 500, 500, 1000, 10_000,
    ]);
  });

  it('breaks a line where there were no requests, and draws a lone value as a dot', () => {
    const box = { width: 100, height: 50 };
    expect(drawLine([10, 5, undefined, 0, undefined], 10, box)).toBe('M0 0h0L25 25M75 50h0');
    expect(drawLine([], 10, box)).toBe('');
    expect(drawLine([20], 10, box)).toBe('M0 0h0');
    expect(drawArea([0, 10], 10, box)).toBe('M0 50L0 50L100 0L100 50Z');
  });

  it('says in a sentence what it shows', () => {
    expect(describeTraffic(fillSeconds([], NOW))).toBe('No requests in the last 5 minutes.');
    const seconds = fillSeconds([second('29:30', 900, 0.4, 9.5), second('29:59', 40, 0.2, 3)], NOW);
    expect(describeTraffic(seconds)).toBe(
      '40 requests in the last second, 900 at most. Of the last requests half took 0.20 ms or less; the slowest second of the last 5 minutes has a p99 of 9.5 ms.',
    );
    expect([0.08, 3.24, 140.4].map(formatLatency)).toEqual(['0.08 ms', '3.2 ms', '140 ms']);
  });
});

describe('the words of a Profile API', () => {
  it('says how old something is', () => {
    const ages = [0, -5, 30, 60, 3599, 7200, 86_400 * 3].map((seconds) =>
      describeAge(new Date(NOW - seconds * 1000).toISOString(), NOW),
    );
    expect(ages).toEqual([
      'just now',
      'just now',
      '30 seconds ago',
      '1 minute ago',
      '59 minutes ago',
      '2 hours ago',
      '3 days ago',
    ]);
  });

  it('says how a part was read', () => {
    const triedAt = new Date(NOW - 120_000).toISOString();
    const part = { id: 'basics', isRefreshing: false };
    const error = { code: 'TIMEOUT', message: 'Slow.', help: 'Wait.', retry: 'later' } as const;
    expect(describeRefresh(part, NOW)).toBe('Not read yet');
    expect(describeRefresh({ ...part, isRefreshing: true, triedAt }, NOW)).toBe('Being read');
    expect(describeRefresh({ ...part, triedAt, changed: 1200 }, NOW)).toBe(
      'Read 2 minutes ago, 1,200 changed',
    );
    expect(describeRefresh({ ...part, triedAt, error }, NOW)).toBe('Failed 2 minutes ago');
    expect(describeState('starting')).toEqual({ label: 'Starting', tone: 'accent' });
  });
});
