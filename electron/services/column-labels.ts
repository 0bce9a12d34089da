import type { PiiKind } from '../domain/model.ts';

/** Words that are not written as they are pronounced. */
const SPELLINGS: Readonly<Record<string, string>> = {
  email: 'e-mail',
  id: 'ID',
  sku: 'SKU',
  ip: 'IP',
  url: 'URL',
  ltv: 'LTV',
  zip: 'ZIP',
};

/** Names of personal columns, the more telling first. Names are compared as words joined by underscores. */
const PERSONAL: readonly (readonly [RegExp, PiiKind])[] = [
  [/(^|_)e_?mail(_address)?$/, 'email'],
  [/(^|_)ip(_address)?$/, 'ip-address'],
  [/(^|_)(phone|mobile|msisdn|telephone)(_number)?$/, 'phone'],
  [/(^|_)(first|given)_name$|^firstname$/, 'first-name'],
  [/(^|_)(last|family)_name$|^(surname|lastname)$/, 'last-name'],
  [/^(full|customer|display)_name$|^fullname$/, 'full-name'],
  [/(^|_)(street|address(_line)?(_\d)?)$/, 'street'],
  [/(^|_)(city|town)$/, 'city'],
  [/(^|_)(zip|zip_code|zipcode|postal_code|postcode)$/, 'postal-code'],
  [/(^|_)(country|country_code)$/, 'country'],
  [/(^|_)(birth_?(date|day|year)|date_of_birth|dob|year_of_birth)$/, 'birth-date'],
  [/(^|_)(gender|sex)$/, 'gender'],
  [/(^|_)(idfa|gaid|aaid|maid|madid|mobile_ad(vertising)?_id|advertising_id)$/, 'mobile-ad-id'],
];

/** The words of a column or table name: `emailConsent`, `email_consent` and `EMAIL-CONSENT` alike. */
function cutWords(name: string): string[] {
  return name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** A name for people: `email_consent` → `E-mail consent`. */
export function labelName(name: string): string {
  const words = cutWords(name).map((word) => SPELLINGS[word] ?? word);
  const text = words.join(' ').slice(0, 120);
  return text === '' ? name : text.charAt(0).toUpperCase() + text.slice(1);
}

/** What personal information a column's name promises, or undefined. */
export function guessPii(name: string): PiiKind | undefined {
  const words = cutWords(name).join('_');
  return PERSONAL.find(([pattern]) => pattern.test(words))?.[1];
}
