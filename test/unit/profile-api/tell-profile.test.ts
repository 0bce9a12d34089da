import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMember, isStarting, quote, tellProfile } from '../../../electron/profile-api/tell-profile.ts';

/** Any characters, halves among them: the library's own take seconds to prepare. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 20 })
  .map((codes) => String.fromCodePoint(...codes));

const AS_OF = '2026-11-01T06:00:00.000Z';

test('texts are put together to JSON, whatever is in them, with the parts of the scope alone', () => {
  const part = fc.record({
    attributes: fc.dictionary(fc.string(), fc.jsonValue()),
    audiences: fc.constant([]),
  });
  const parts = fc.array(fc.option(part), { maxLength: 4 });
  fc.assert(
    fc.property(anyText, parts, fc.array(fc.nat({ max: 3 })), (id, given, scope) => {
      const wellFormed = id.toWellFormed();
      const states = given.map((_, at) => ({ id: `p${at}`, asOf: AS_OF, customers: 1 }));
      const texts = given.map((each) => (each === null ? null : JSON.stringify(each)));
      const text = tellProfile(
        { id: wellFormed, parts: texts },
        states,
        new Set(scope.map((at) => `p${at}`)),
      );
      const expected = texts.flatMap((each, at) =>
        each === null || !scope.includes(at)
          ? []
          : [[`p${at}`, { asOf: AS_OF, ...JSON.parse(each) }] as const],
      );
      if (expected.length === 0) expect(text).toBeUndefined();
      else {
        expect(JSON.parse(text ?? '')).toEqual({
          customerId: wellFormed,
          parts: Object.fromEntries(expected),
        });
      }
    }),
  );
});

test('a part without an instant is not told', () => {
  const states = [{ id: 'a', asOf: undefined, customers: 1 }];
  const profile = { id: '1', parts: ['{"attributes":{},"audiences":[]}'] };
  expect(tellProfile(profile, states, new Set(['a']))).toBeUndefined();
  expect(isStarting(states, new Set(['a']))).toBe(true);
  expect(isStarting(states, new Set())).toBe(false);
});

test('a membership is read from the list of audiences alone', () => {
  const text = JSON.stringify({
    attributes: { audiences: ['vip'], note: '"audiences":["vip"]', vip: 'vip' },
    audiences: ['gold', 'audiences'],
  });
  expect(['gold', 'audiences', 'vip', 'gol', 'note'].map((id) => isMember(text, id))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(isMember('{"attributes":{"vip":"vip"},"audiences":[]}', 'vip')).toBe(false);
});

test('ids are quoted as JSON', () => {
  fc.assert(fc.property(anyText, (text) => JSON.parse(quote(text)) === text));
});
