import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatCounted,
  formatInstant,
  formatMilliseconds,
  formatShare,
} from '../../../renderer/text/format.ts';

describe('numbers for people', () => {
  it('keeps every digit of a count beyond what a number holds', () => {
    expect(formatCount(2500)).toBe('2,500');
    expect(formatCount('9223372036854775807')).toBe('9,223,372,036,854,775,807');
    expect(formatCounted(1, 'row')).toBe('1 row');
    expect(formatCounted(0, 'query', 'queries')).toBe('0 queries');
  });

  it('picks the unit of a size', () => {
    expect(formatBytes(1)).toBe('1 byte');
    expect(formatBytes(18_340)).toBe('18 kB');
    expect(formatBytes(999_999)).toBe('1.0 MB');
    expect(formatBytes(1_234_567_890)).toBe('1.2 GB');
  });

  it('picks the unit of a duration', () => {
    expect(formatMilliseconds(340)).toBe('340 ms');
    expect(formatMilliseconds(1240)).toBe('1.2 s');
    expect(formatMilliseconds(185_000)).toBe('3 min 05 s');
  });

  it('writes a moment in the time zone of the reader', () => {
    expect(formatInstant('2026-03-03T14:05:00.000Z')).toBe('3 Mar 2026, 14:05');
  });

  it('writes a share as percent', () => {
    expect(formatShare(0.1234)).toBe('12.3%');
    expect(formatShare(0.0001)).toBe('<0.1%');
    expect(formatShare(0.99999)).toBe('>99.9%');
    expect([0, 1].map(formatShare)).toEqual(['0.0%', '100.0%']);
  });
});
