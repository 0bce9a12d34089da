import type { FieldSpec, Secrets, Settings } from '../domain/field-spec.ts';
import { invalidSetting } from './failure.ts';

/** A text setting without blanks around it; the fallback where it is missing or empty. */
export function readText(settings: Settings, key: string, fallback = ''): string {
  const text = String(settings[key] ?? '').trim();
  return text === '' ? fallback : text;
}

/** A number setting from 0 on; the fallback where it is missing or no such number. */
export function readCount(settings: Settings, key: string, fallback: number): number {
  const text = readText(settings, key);
  const value = Number(text);
  return text !== '' && Number.isFinite(value) && value >= 0 ? value : fallback;
}

/** A switch; the fallback where it is missing. */
export function readSwitch(settings: Settings, key: string, fallback: boolean): boolean {
  const value = settings[key];
  return value === undefined || value === '' ? fallback : value === true || value === 'true';
}

/** The API address without a slash at its end. */
export function readBaseUrl(settings: Settings, own: string): string {
  return readText(settings, 'baseUrl', own).replace(/\/+$/, '');
}

/** A secret as it may stand in a header. @throws DeliveryFailure SETTINGS_INVALID where it is missing or holds blanks */
export function requireSecret(secrets: Secrets, key: string, label: string): string {
  const value = (secrets[key] ?? '').trim();
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw invalidSetting(
    `settings.${key}`,
    value === '' ? `${label} is missing.` : `${label} holds blanks or letters that no key has.`,
    'Copy it again from the vendor and paste it into the destination.',
  );
}

/** Whether a text is an id as vendors number their things. */
export function isDigits(text: string): boolean {
  return /^\d{1,32}$/.test(text);
}

/** An id of digits, as ad accounts have. `prefix` is dropped where it was pasted. @throws DeliveryFailure SETTINGS_INVALID */
export function requireDigits(settings: Settings, key: string, label: string, prefix = ''): string {
  const text = readText(settings, key);
  const digits = prefix !== '' && text.startsWith(prefix) ? text.slice(prefix.length) : text;
  if (isDigits(digits)) return digits;
  throw invalidSetting(
    `settings.${key}`,
    digits === '' ? `${label} is missing.` : `${label} is not made of digits.`,
    'Copy it from the account at the vendor.',
  );
}

/** The field that sets where requests go: the vendor's own address, unless a sandbox or a proxy takes its place. */
export function apiAddressField(own: string): FieldSpec {
  return {
    key: 'baseUrl',
    label: 'API address',
    kind: 'text',
    required: true,
    initial: own,
    help: 'The vendor’s own. Another is of use for a sandbox or a gateway of the company.',
  };
}

/** The field with the country of phone numbers that are written without one. */
export const PHONE_COUNTRY: FieldSpec = {
  key: 'phoneCountry',
  label: 'Country of phone numbers',
  kind: 'text',
  required: false,
  placeholder: 'US',
  help: 'Two letters by ISO 3166. For numbers that are written without a country code; without it they are rejected.',
};

/** The country of {@link PHONE_COUNTRY} as a part of a recipe. */
export function readPhoneCountry(settings: Settings): { readonly country?: string } {
  const country = readText(settings, 'phoneCountry').toUpperCase();
  return /^[A-Z]{2}$/.test(country) ? { country } : {};
}
