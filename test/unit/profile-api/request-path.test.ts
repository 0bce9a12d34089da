import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeSegment,
  isCustomerId,
  isLoopbackHost,
  matchPath,
  readPattern,
  splitTarget,
} from '../../../electron/profile-api/request-path.ts';

/** Any characters, halves among them: the library's own take seconds to prepare. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 20 })
  .map((codes) => String.fromCodePoint(...codes));

const MEMBER = readPattern('/v1/audiences/{audienceId}/members/{customerId}');

test('a template is taken apart', () => {
  expect(MEMBER).toEqual({ texts: ['/v1/audiences/', '/members/', ''], names: ['audienceId', 'customerId'] });
  expect(readPattern('/healthz')).toEqual({ texts: ['/healthz'], names: [] });
});

test.each([
  ['/v1/audiences/gold/members/7', ['gold', '7']],
  ['/v1/audiences/members/members/members', ['members', 'members']],
  ['/v1/audiences/a%2Fb/members/%', ['a%2Fb', '%']],
  ['/v1/audiences//members/7', undefined],
  ['/v1/audiences/gold/members/', undefined],
  ['/v1/audiences/gold/members', undefined],
  ['/v1/audiences/gold/members/7/', undefined],
  ['/v1/audiences/a/b/members/7', undefined],
  ['/v1/audiences', undefined],
  ['', undefined],
])('%s has the parameters %j', (path, values) => {
  expect(matchPath(MEMBER, path)).toEqual(values);
});

test('whatever two segments are, they are found again', () => {
  const segment = anyText.map((text) => text.toWellFormed()).filter((text) => text !== '');
  fc.assert(
    fc.property(segment, segment, (audience, customer) => {
      const path = `/v1/audiences/${encodeURIComponent(audience)}/members/${encodeURIComponent(customer)}`;
      expect(matchPath(MEMBER, path)?.map(decodeSegment)).toEqual([audience, customer]);
    }),
  );
});

test('path and query part at the first question mark', () => {
  expect(splitTarget('/a?b?c')).toEqual({ path: '/a', query: 'b?c' });
  expect(splitTarget('/a')).toEqual({ path: '/a', query: '' });
});

test.each(['%', '%f', '%ff', '%c3', '%ed%a0%80'])('%s is no encoding', (segment) => {
  expect(decodeSegment(segment)).toBeUndefined();
});

test('an id is 1 to 200 well-formed characters without NUL', () => {
  expect(['7', 'x'.repeat(200), '🥖', '..'].map(isCustomerId)).toEqual([true, true, true, true]);
  expect(['', 'x'.repeat(201), 'a\0', '\ud83e'].map(isCustomerId)).toEqual([false, false, false, false]);
});

test.each([
  ['127.0.0.1', true],
  ['127.0.0.1:65535', true],
  ['LOCALHOST:1', true],
  ['[::1]', true],
  ['[::1]:8787', true],
  [undefined, false],
  ['', false],
  [':80', false],
  ['127.0.0.1:', false],
  ['127.0.0.1:123456', false],
  ['127.0.0.1:8a', false],
  ['127.0.0.2', false],
  ['127.1', false],
  ['::1', false],
  ['[::1', false],
  ['[::1]x', false],
  ['localhost.evil.example', false],
  ['localhost@evil.example', false],
  ['evil.example:80', false],
])('the host %s is ours: %s', (host, isOurs) => {
  expect(isLoopbackHost(host)).toBe(isOurs);
});
