import { describe, expect, test } from 'vitest';
import { ApiMetrics } from '../../../electron/profile-api/api-metrics.ts';
import { Latency } from '../../../electron/profile-api/latency.ts';
import { RateLimit } from '../../../electron/profile-api/rate-limit.ts';
import { ReadCounts } from '../../../electron/profile-api/read-counts.ts';

const NOW = Date.parse('2026-11-27T10:00:30.000Z');

describe('the rate limit', () => {
  test('refills with time, never above its burst', () => {
    const limit = new RateLimit(10);
    expect(limit.take('a', 10, NOW)).toBe(true);
    expect(limit.take('a', 1, NOW + 99)).toBe(false);
    expect(limit.take('a', 1, NOW + 100)).toBe(true);
    expect(limit.take('a', 11, NOW + 60_000)).toBe(true);
    expect(limit.take('a', 1, NOW + 60_000)).toBe(false);
  });

  test('gives nothing for a clock that goes back', () => {
    const limit = new RateLimit(10);
    limit.take('a', 10, NOW);
    expect(limit.take('a', 1, NOW - 60_000)).toBe(false);
  });

  test('says how long to wait, a second at least', () => {
    const limit = new RateLimit(2);
    limit.take('a', 2, NOW);
    expect(limit.secondsUntil('a', 1, NOW)).toBe(1);
    expect(limit.secondsUntil('a', 100, NOW)).toBe(1);
  });

  test('keeps what was used over a change, and forgets keys that are gone', () => {
    const limit = new RateLimit(10);
    for (const key of ['a', 'b']) limit.take(key, 10, NOW);
    limit.update(1_000, new Set(['a']));
    expect(limit.take('a', 1, NOW)).toBe(false);
    expect(limit.take('b', 1_000, NOW)).toBe(true);
  });
});

test('reads are added up by key and minute, and handed out once', () => {
  const reads = new ReadCounts();
  reads.addRead('a', 1, 0, NOW);
  reads.addRead('a', 5, 2, NOW + 29_000);
  reads.addRefused('b', NOW);
  reads.addRead('a', 0, 1, NOW + 31_000);
  expect(reads.take()).toEqual([
    { keyId: 'a', minute: '2026-11-27T10:00:00.000Z', requests: 2, profiles: 6, missing: 2, refused: 0 },
    { keyId: 'b', minute: '2026-11-27T10:00:00.000Z', requests: 1, profiles: 0, missing: 0, refused: 1 },
    { keyId: 'a', minute: '2026-11-27T10:01:00.000Z', requests: 1, profiles: 0, missing: 1, refused: 0 },
  ]);
  reads.addRead('a', 1, 0, NOW + 32_000);
  expect(reads.take()).toMatchObject([{ keyId: 'a', minute: '2026-11-27T10:01:00.000Z', requests: 1 }]);
});

describe('latency', () => {
  test('is told by seconds that are over, percentiles right to a tenth', () => {
    const latency = new Latency();
    for (let took = 1; took <= 1_000; took += 1) latency.add(took / 100, took > 990, NOW);
    expect(latency.seconds(NOW + 999)).toEqual([]);
    const [second] = latency.seconds(NOW + 1_000);
    expect(second).toMatchObject({ at: '2026-11-27T10:00:30.000Z', requests: 1_000, errors: 10 });
    expect(second!.p50 / 5).toBeGreaterThanOrEqual(1);
    expect(second!.p50 / 5).toBeLessThan(1.1);
    expect(second!.p99 / 9.9).toBeGreaterThanOrEqual(1);
    expect(second!.p99 / 9.9).toBeLessThan(1.1);
  });

  test('keeps five minutes, whatever the times', () => {
    const latency = new Latency();
    for (let at = 0; at < 400; at += 1) latency.add([0, 1e9, 3][at % 3]!, false, NOW + at * 1_000);
    const seconds = latency.seconds(NOW + 400_000);
    expect(seconds).toHaveLength(300);
    expect(seconds[0]?.at).toBe('2026-11-27T10:02:10.000Z');
  });
});

test('metrics are lines of the text format, with counts that add up', () => {
  const metrics = new ApiMetrics();
  metrics.addRequest('readProfile', 200, 0.2);
  metrics.addRequest('readProfile', 200, 3);
  metrics.addRequest('readProfile', 404, 60_000);
  metrics.addRequest('none', 401, 0.01);
  metrics.addProfiles(2, 1);
  const text = metrics.text({
    parts: [
      { id: 'basics', asOf: '2026-11-27T10:00:00.000Z', customers: 7 },
      { id: 'contact', asOf: undefined, customers: undefined },
    ],
    warned: new Set(['contact']),
    connections: 3,
    dropped: 4,
    now: NOW,
  });
  const line =
    /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{(?:[a-z]+="[\w+.-]+",?)+\})? \d+(?:\.\d+)?(?:e[+-]\d+)?)$/;
  expect(text.endsWith('\n')).toBe(true);
  const lines = text.trimEnd().split('\n');
  for (const each of lines) expect(each).toMatch(line);
  expect(lines).toEqual(
    expect.arrayContaining([
      'slipway_api_requests_total{route="readProfile",status="200"} 2',
      'slipway_api_requests_total{route="readProfile",status="404"} 1',
      'slipway_api_requests_total{route="none",status="401"} 1',
      'slipway_api_request_duration_seconds_bucket{route="readProfile",le="0.00025"} 1',
      'slipway_api_request_duration_seconds_bucket{route="readProfile",le="5"} 2',
      'slipway_api_request_duration_seconds_bucket{route="readProfile",le="+Inf"} 3',
      'slipway_api_request_duration_seconds_count{route="readProfile"} 3',
      'slipway_api_profiles_total{result="found"} 2',
      'slipway_api_profiles_total{result="missing"} 1',
      'slipway_api_part_customers{part="basics"} 7',
      'slipway_api_part_age_seconds{part="basics"} 30',
      'slipway_api_part_warning{part="basics"} 0',
      'slipway_api_part_warning{part="contact"} 1',
      'slipway_api_connections 3',
      'slipway_api_connections_dropped_total 4',
    ]),
  );
  expect(text).not.toContain('part_age_seconds{part="contact"}');
});
