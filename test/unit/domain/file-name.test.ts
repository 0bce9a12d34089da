import { describe, expect, it } from 'vitest';
import { checkFileNamePattern, nameFile, nameManifest } from '../../../electron/domain/file-name.ts';

const values = {
  activation: 'Été: “VIP” / 2026',
  audience: '名前',
  run: 'r-1',
  at: '2026-11-24T07:05:09.120Z',
};
const name = (pattern: string, more: { compression?: 'gzip'; isSplit?: boolean } = {}, part = 1) =>
  nameFile({ pattern, format: 'csv', compression: 'none', isSplit: false, ...more }, values, part);

describe('names of files', () => {
  it('are filled in, without what some disks refuse, and get the ending of their format', () => {
    expect(name('{activation}-{audience}-{date}-{time}-{run}')).toBe(
      'Été- “VIP” - 2026-名前-2026-11-24-070509-r-1.csv',
    );
    expect(name('list.txt')).toBe('list.txt');
    expect(name('list', { compression: 'gzip' })).toBe('list.csv.gz');
    expect(name('list.csv.gz', { compression: 'gzip' })).toBe('list.csv.gz');
    expect(name('v1.2')).toBe('v1.2.csv');
  });

  it('hold the number of the part where there may be several', () => {
    expect(name('list', { isSplit: true }, 12)).toBe('list-012.csv');
    expect(name('{part}_list.txt', { isSplit: true }, 2)).toBe('002_list.txt');
  });

  it('fit the 255 bytes of a disk with the longest values', () => {
    const long = { ...values, activation: '🎉'.repeat(300), audience: 'a'.repeat(300) };
    const naming = { pattern: '{activation}-{audience}', format: 'csv', compression: 'gzip' } as const;
    expect(Buffer.byteLength(nameFile({ ...naming, isSplit: true }, long, 1))).toBeLessThanOrEqual(255);
  });

  it('of the manifest leave out the part', () => {
    const naming = { format: 'csv', compression: 'gzip', isSplit: true } as const;
    expect(nameManifest({ ...naming, pattern: 'a-{part}-{run}.csv.gz' }, values)).toBe('a-r-1.manifest.json');
    expect(nameManifest({ ...naming, pattern: '{part}' }, values)).toMatch(
      /2026-11-24-070509\.manifest\.json$/,
    );
  });
});

describe('a pattern of names', () => {
  it('is refused where no file could have the name, with the reason', () => {
    expect(checkFileNamePattern('{activation}-{date}')).toBeUndefined();
    expect(checkFileNamePattern(' ')).toMatch(/missing/);
    expect(checkFileNamePattern('a/b')).toMatch(/slash/);
    expect(checkFileNamePattern('a\\b')).toMatch(/slash/);
    expect(checkFileNamePattern('a\u0000b')).toMatch(/control/);
    expect(checkFileNamePattern('.hidden')).toMatch(/dot/);
    expect(checkFileNamePattern('a:b')).toMatch(/refuse/);
    expect(checkFileNamePattern('{day}')).toContain('“{day}”');
    expect(checkFileNamePattern('{date')).toMatch(/brace/);
    expect(checkFileNamePattern('x'.repeat(200))).toMatch(/longer/);
  });
});
