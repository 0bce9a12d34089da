import type { PiiKind } from '../domain/model.ts';
import type { NormaliseStep } from '../domain/recipe.ts';
import type { DestinationField } from './destination.ts';
import { readPhoneCountry } from './read-settings.ts';

/** Keys of Meta's schema with its rules (guide “Customer File Custom Audiences” v25.0). All but MADID and EXTERN_ID are hashed. */
export const FACEBOOK_FIELDS: readonly DestinationField[] = [
  identifier('EMAIL', 'Email address', 'email', ['trim', 'lowercase', 'email']),
  {
    key: 'PHONE',
    label: 'Phone number',
    pii: ['phone'],
    isIdentifier: true,
    // Digits with the country code in front, without a plus sign.
    recipe: (settings) => ({
      steps: ['trim', 'e164', 'digits'],
      hash: 'sha256',
      ...readPhoneCountry(settings),
    }),
  },
  {
    key: 'MADID',
    label: 'Mobile advertiser id (IDFA or Android)',
    pii: ['mobile-ad-id'],
    isIdentifier: true,
    recipe: () => ({ steps: ['uuid'], hash: 'none' }),
  },
  {
    key: 'EXTERN_ID',
    label: 'Own id of the customer',
    pii: ['customer-id'],
    isIdentifier: true,
    recipe: () => ({ steps: [], hash: 'none' }),
  },
  described('FN', 'First name', 'first-name', ['lowercase', 'no-punctuation', 'trim']),
  described('LN', 'Last name', 'last-name', ['lowercase', 'no-punctuation', 'trim']),
  described('GEN', 'Gender', 'gender', ['gender-letter']),
  described('DOBY', 'Year of birth', 'birth-date', ['birth-year']),
  described('DOBM', 'Month of birth', 'birth-date', ['birth-month']),
  described('DOBD', 'Day of birth', 'birth-date', ['birth-day']),
  described('CT', 'City', 'city', ['lowercase', 'plain-letters']),
  described('ST', 'State or province', undefined, ['lowercase', 'no-punctuation', 'no-space']),
  described('ZIP', 'Postal code', 'postal-code', ['lowercase', 'no-space', 'no-zip-extension']),
  described('COUNTRY', 'Country (two letters)', 'country', ['country-code']),
];

function identifier(key: string, label: string, pii: PiiKind, steps: NormaliseStep[]): DestinationField {
  return { key, label, pii: [pii], isIdentifier: true, recipe: () => ({ steps, hash: 'sha256' }) };
}

function described(
  key: string,
  label: string,
  pii: PiiKind | undefined,
  steps: NormaliseStep[],
): DestinationField {
  return {
    key,
    label,
    pii: pii === undefined ? [] : [pii],
    isIdentifier: false,
    recipe: () => ({ steps, hash: 'sha256' }),
  };
}
