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
