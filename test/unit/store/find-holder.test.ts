import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPhrases, cutTokens, findHolder } from '../../../electron/store/search-text.ts';

/** The definition in the Unicode form, without any short cut: what the quick paths must agree with. */
function tokensByUnicode(text: string): string[] {
  const parts = text
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2');
  const searched = parts === text ? text : `${text} ${parts}`;
  const plain = searched.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];
}

function holdsByUnicode(name: string, phrase: readonly string[]): boolean {
  const tokens = tokensByUnicode(name);
  return tokens.some((_, start) =>
    phrase.every((token, at) => {
      const other = tokens[start + at] ?? '';
      return at === phrase.length - 1 ? other.startsWith(token) : other === token;
    }),
  );
}

const letters = fc.constantFrom('a', 'b', 'B', 'Z', '1', '_', '-', '.', 'é', 'ﬁ', 'İ', 'Å', 'ß', '²', '"');
const word = fc.array(letters, { minLength: 1, maxLength: 7 }).map((each) => each.join(''));

describe('the quick look for a column that a search hit', () => {
  it('finds what the full definition finds, in ASCII and beyond', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), word, (names, text) => {
        const phrases = cutPhrases(text);
        const expected = names.find((name) => phrases.some((phrase) => holdsByUnicode(name, phrase)));
        if (expected !== undefined) found += 1;
        expect(findHolder(names, phrases)).toBe(expected);
      }),
      { numRuns: 5_000, seed: 7 },
    );
    expect(found).toBeGreaterThan(200);
  });

  it('cuts ASCII text into the same words as any other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 20 }), (text) => {
        const plain = text.normalize('NFKD').toLowerCase();
        expect(cutTokens(text)).toEqual(plain.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []);
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });
});
