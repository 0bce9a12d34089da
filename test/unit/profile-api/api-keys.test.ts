import * as crypto from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ProfileKey } from '../../../electron/domain/profile-api.ts';
import { digestOf, KeyRing, makeToken } from '../../../electron/profile-api/api-keys.ts';

// The real function, counted.
vi.mock('node:crypto', { spy: true });

const TOKEN = makeToken();
const REVOKED = makeToken();

function key(id: string, token: string, more: Partial<ProfileKey> = {}): ProfileKey {
  return {
    id,
    name: id,
    sha256: digestOf(token),
    parts: ['basics', 'gone'],
    createdAt: '2026-01-01T00:00:00.000Z',
    ...more,
  };
}

const RING = new KeyRing(
  [key('shop', TOKEN), key('old', REVOKED, { revokedAt: '2026-01-02T00:00:00.000Z' })],
  new Set(['basics', 'contact']),
);

beforeEach(() => {
  vi.mocked(crypto.timingSafeEqual).mockClear();
});

test('a token has the form that keys are told apart by, and differs each time', () => {
  expect(TOKEN).toMatch(/^slw_[\w-]{43}$/);
  expect(makeToken()).not.toBe(TOKEN);
});

test('a digest is SHA-256 as lower-case hex', () => {
  expect(digestOf('slw_')).toBe(crypto.createHash('sha256').update('slw_').digest('hex'));
});

test('a key is found by its token, with those of its parts that there are', () => {
  expect(RING.find(`Bearer ${TOKEN}`)).toEqual({
    id: 'shop',
    parts: new Set(['basics']),
    version: expect.stringMatching(/^[\w-]+$/) as string,
  });
  expect(RING.find(`bearer ${TOKEN}`)?.id).toBe('shop');
});

test.each([
  ['no header', undefined],
  ['an empty one', ''],
  ['another scheme', `Basic  ${TOKEN}`],
  ['two spaces', `Bearer  ${TOKEN.slice(1)}`],
  ['one character more', `Bearer ${TOKEN}x`],
  ['the digest in place of the token', `Bearer ${digestOf(TOKEN)}`],
  ['a revoked key', `Bearer ${REVOKED}`],
  ['an unknown key', `Bearer ${makeToken()}`],
])('nobody is found by %s', (_what, header) => {
  expect(RING.find(header)).toBeUndefined();
});

describe('the comparison', () => {
  test.each([
    ['the right', TOKEN],
    ['an unknown', makeToken()],
    ['a revoked', REVOKED],
  ])('of %s key is one of two digests, in constant time', (_what, token) => {
    RING.find(`Bearer ${token}`);
    const { calls } = vi.mocked(crypto.timingSafeEqual).mock;
    expect(calls).toHaveLength(1);
    const [given, kept] = calls[0] ?? [];
    expect(Buffer.from(given as Buffer).toString('latin1')).toBe(digestOf(token));
    expect(kept?.byteLength).toBe(64);
  });
});
