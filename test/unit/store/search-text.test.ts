import { describe, expect, it } from 'vitest';
import { cutPhrases, matchPhrase, nameHolds, searchableName } from '../../../electron/store/search-text.ts';

describe('search text', () => {
  it('cuts what was typed into phrases of plain words', () => {
    expect(cutPhrases('  Email_Con  Straße É ')).toEqual([['email', 'con'], ['straße'], ['e']]);
  });

  it('drops words without a letter or digit, so that FTS5 syntax cannot be typed', () => {
    expect(cutPhrases('"OR" * ^ -- NEAR(a)')).toEqual([['or'], ['near', 'a']]);
    expect(matchPhrase(['near', 'a'])).toBe('"near a" *');
  });

  it('keeps eight words at most', () => {
    expect(cutPhrases('a b c d e f g h i j')).toHaveLength(8);
  });

  it('finds the parts of camel case', () => {
    expect(searchableName('basketId')).toBe('basketId basket Id');
    expect(searchableName('HTTPStatus')).toBe('HTTPStatus HTTP Status');
    expect(nameHolds('basketId', ['id'])).toBe(true);
  });

  it('asks the last word of a phrase as a prefix and the others whole', () => {
    expect(nameHolds('email_consent', ['email', 'con'])).toBe(true);
    expect(nameHolds('email_consent', ['ema', 'con'])).toBe(false);
    expect(nameHolds('consent', ['sent'])).toBe(false);
  });
});
