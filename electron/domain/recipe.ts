import { z } from 'zod';

/** One step of bringing a value into the form that a destination matches on. What each does: `normalise.ts`. */
export const NormaliseStep = z.enum([
  'trim',
  'lowercase',
  'no-space',
  'no-punctuation',
  'letters',
  'digits',
  'no-leading-zeros',
  'no-plus-tag',
  'no-dots-in-local-part',
  'email',
  'e164',
  'uuid',
  'gender-letter',
  'country-code',
  'first-five',
  'no-comma',
  'birth-year',
  'birth-month',
  'birth-day',
  'plain-letters',
  'no-zip-extension',
]);
export type NormaliseStep = z.infer<typeof NormaliseStep>;

/**
 * How a value becomes an identifier of a destination: its steps in order, then its hash over the UTF-8 of the result, as lower-case hex.
 * Recipes are kept with what was sent, so that a removal hashes as the add did even after settings changed.
 */
export const Recipe = z.strictObject({
  steps: z.array(NormaliseStep),
  hash: z.enum(['none', 'md5', 'sha1', 'sha256']),
  /** ISO 3166 alpha-2 country of phone numbers that are written without one. */
  country: z.string().length(2).optional(),
});
export type Recipe = z.infer<typeof Recipe>;

/** A field of a destination and how its values are treated. */
export const FieldRecipe = z.strictObject({ field: z.string(), recipe: Recipe });
export type FieldRecipe = z.infer<typeof FieldRecipe>;

/** Values that leave as they are. */
export const AS_IS: Recipe = { steps: [], hash: 'none' };

/** A recipe in words: `trim, lower case, SHA-256`. */
export function describeRecipe({ steps, hash, country }: Recipe): string {
  const words = steps.map(
    (step) =>
      STEP_WORDS[step] + (step === 'e164' && country !== undefined ? ` (${country.toUpperCase()})` : ''),
  );
  if (hash !== 'none') words.push(HASH_WORDS[hash]);
  return words.length === 0 ? 'as it is' : words.join(', ');
}

const HASH_WORDS = { md5: 'MD5', sha1: 'SHA-1', sha256: 'SHA-256' } as const;

const STEP_WORDS: Readonly<Record<NormaliseStep, string>> = {
  trim: 'trim',
  lowercase: 'lower case',
  'no-space': 'no blanks',
  'no-punctuation': 'no punctuation',
  letters: 'letters only',
  digits: 'digits only',
  'no-leading-zeros': 'no leading zeros',
  'no-plus-tag': 'no +tag',
  'no-dots-in-local-part': 'no dots before the @',
  email: 'must be an e-mail address',
  e164: 'E.164 phone number',
  uuid: 'must be an advertising id',
  'gender-letter': 'm or f',
  'country-code': 'two-letter country',
  'first-five': 'first five characters',
  'no-comma': 'must have no comma',
  'birth-year': 'year of birth',
  'birth-month': 'month of birth',
  'birth-day': 'day of birth',
  'plain-letters': 'letters a to z',
  'no-zip-extension': 'ZIP without extension',
};
