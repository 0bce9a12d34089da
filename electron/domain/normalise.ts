import { isSupportedCountry, parsePhoneNumberWithError } from 'libphonenumber-js';
import type { NormaliseStep, Recipe } from './recipe.ts';

/** One `@`, something before it, a domain with a dot after it, no spaces or list separators: what every mail system can take. */
const EMAIL = /^[^\s@,;<>"]{1,64}@[^\s@,;<>".]+(\.[^\s@,;<>".]+)+$/u;
const LONGEST_EMAIL = 254;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The value after a recipe's steps, or undefined where it is of no use: not an e-mail address, not a phone number, nothing left. */
export function normalise(value: string, { steps, country }: Recipe): string | undefined {
  let current: string | undefined = value;
  for (const step of steps) {
    current = takeStep(current, step, country);
    if (current === undefined) return undefined;
  }
  return current === '' ? undefined : current;
}

function takeStep(value: string, step: NormaliseStep, country: string | undefined): string | undefined {
  switch (step) {
    case 'trim':
      return value.trim();
    case 'lowercase':
      return value.toLowerCase();
    case 'no-space':
      return value.replace(/\s+/gu, '');
    case 'no-punctuation':
      return value.replace(/[\p{P}\p{S}]+/gu, '');
    case 'letters':
      return value.replace(/[^\p{L}\p{M}]+/gu, '');
    case 'digits':
      return value.replace(/\D+/g, '');
    case 'no-leading-zeros':
      return value.replace(/^0+/, '');
    case 'no-plus-tag':
      return changeLocalPart(value, (local) => local.replace(/\+.*$/u, ''));
    case 'no-dots-in-local-part':
      return changeLocalPart(value, (local) => local.replaceAll('.', ''));
    case 'email':
      return value.length <= LONGEST_EMAIL && EMAIL.test(value) ? value : undefined;
    case 'e164':
      return readPhone(value, country);
    case 'uuid': {
      const lower = value.trim().toLowerCase();
      return UUID.test(lower) ? lower : undefined;
    }
    case 'gender-letter':
      return readGender(value);
    case 'country-code':
      return /^[a-z]{2}$/.test(value.trim().toLowerCase()) ? value.trim().toLowerCase() : undefined;
    case 'first-five':
      return value.slice(0, 5);
    case 'no-comma':
      return value.includes(',') ? undefined : value;
    case 'birth-year':
      return readBirthDate(value)?.year;
    case 'birth-month':
      return readBirthDate(value)?.month;
    case 'birth-day':
      return readBirthDate(value)?.day;
    case 'plain-letters':
      // Letters with marks lose them: São Paulo → saopaulo.
      return value
        .normalize('NFD')
        .toLowerCase()
        .replace(/[^a-z]+/g, '');
    case 'no-zip-extension':
      // The four digits after a code of the United States; codes of other countries have other forms.
      return value.replace(/^(\d{5})-\d{4}$/, '$1');
  }
}

function changeLocalPart(value: string, change: (local: string) => string): string {
  const at = value.lastIndexOf('@');
  return at < 0 ? value : change(value.slice(0, at)) + value.slice(at);
}

function readGender(value: string): string | undefined {
  const first = value.trim().toLowerCase();
  if (first === 'm' || first === 'male') return 'm';
  return first === 'f' || first === 'female' ? 'f' : undefined;
}

/** The parts of a date or instant that begins as ISO 8601 does, from the year 1900 on. */
function readBirthDate(
  value: string,
): { readonly year: string; readonly month: string; readonly day: string } | undefined {
  const [, year, month, day] =
    /^((?:19|2\d)\d{2})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:[T ]|$)/.exec(value.trim()) ?? [];
  return year === undefined || month === undefined || day === undefined ? undefined : { year, month, day };
}

/** `+` and digits by ITU-T E.164. Without a country only numbers that begin with `+` or are written as `00…` are read. */
function readPhone(value: string, country: string | undefined): string | undefined {
  const text = value.trim().replace(/^00(?=[1-9])/, '+');
  const region = country?.toUpperCase();
  try {
    const phone =
      region !== undefined && isSupportedCountry(region)
        ? parsePhoneNumberWithError(text, region)
        : parsePhoneNumberWithError(text);
    return phone.isPossible() ? phone.number : undefined;
  } catch {
    // The library throws for what is no phone number; that is an answer here.
    return undefined;
  }
}
