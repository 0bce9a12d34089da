import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DESTINATIONS, findDestination } from '../../../electron/destinations/index.ts';
import { AppError } from '../../../electron/domain/app-error.ts';
import type { Settings } from '../../../electron/domain/field-spec.ts';
import { normalise } from '../../../electron/domain/normalise.ts';
import { Recipe } from '../../../electron/domain/recipe.ts';

function matched(kind: string, key: string, value: string, settings: Settings = {}): string | undefined {
  const field = findDestination(kind).fields.find((each) => each.key === key);
  if (field === undefined) throw new Error(`${kind} has no field ${key}`);
  const recipe = Recipe.parse(field.recipe(settings, {}));
  const text = normalise(value, recipe);
  if (text === undefined || recipe.hash === 'none') return text;
  return createHash(recipe.hash).update(text, 'utf8').digest('hex');
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

describe('values as the vendors match on them', () => {
  /** Published samples: Meta's guide “Customer File Custom Audiences”, TikTok's help page of customer files. */
  it.each([
    [
      'facebook',
      'EMAIL',
      ' Mary@Example.com ',
      'f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79',
    ],
    [
      'facebook',
      'PHONE',
      '+1 (555) 987-6543',
      '1ef970831d7963307784fa8688e8fce101a15685d62aa765fed23f3a2c576a4e',
    ],
    [
      'tiktok',
      'IDFA_SHA256',
      ' 5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25',
      '83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd',
    ],
  ])('%s %s of %j', (kind, key, value, hash) => {
    expect(matched(kind, key, value)).toBe(hash);
  });

  it.each([
    ['facebook', 'EMAIL', 'j.doe+news@gmail.com', 'j.doe+news@gmail.com'],
    ['facebook', 'FN', " D'Arcy Müller ", 'darcy müller'],
    ['facebook', 'LN', 'SMITH-JONES', 'smithjones'],
    ['facebook', 'GEN', 'Female', 'f'],
    ['facebook', 'DOBY', '1990-05-07', '1990'],
    ['facebook', 'DOBM', '1990-05-07', '05'],
    ['facebook', 'DOBD', '1990-05-07 00:00:00', '07'],
    ['facebook', 'CT', 'São Paulo', 'saopaulo'],
    ['facebook', 'ST', 'Nova Scotia', 'novascotia'],
    ['facebook', 'ZIP', '94035-1234', '94035'],
    ['facebook', 'ZIP', 'M1 1AE', 'm11ae'],
    ['facebook', 'COUNTRY', 'US', 'us'],
    ['pinterest', 'EMAIL', ' Mary@Example.com', 'mary@example.com'],
    ['pinterest', 'MAID', 'AEBE52E7-03EE-455A-B3C4-E57283966239', 'aebe52e7-03ee-455a-b3c4-e57283966239'],
    ['tiktok', 'EMAIL_SHA256', ' Jane.Doe+x@Gmail.com', 'janedoe@gmail.com'],
    ['tiktok', 'PHONE_SHA256', '+37493828222', '+37493828222'],
    [
      'tiktok-file',
      'MAID_SHA256',
      'AEBE52E7-03EE-455A-B3C4-E57283966239',
      'aebe52e7-03ee-455a-b3c4-e57283966239',
    ],
  ])('%s %s of %j is the hash of %j', (kind, key, value, plain) => {
    expect(matched(kind, key, value)).toBe(sha256(plain));
  });

  it.each([
    ['facebook', 'MADID', 'AEBE52E7-03EE-455A-B3C4-E57283966239', 'aebe52e7-03ee-455a-b3c4-e57283966239'],
    ['facebook', 'EXTERN_ID', 'Cust-001', 'Cust-001'],
    ['sparkpost', 'email', ' Mary@Example.com ', 'Mary@Example.com'],
  ])('%s %s of %j stays plain', (kind, key, value, plain) => {
    expect(matched(kind, key, value)).toBe(plain);
  });

  it.each([
    ['sparkpost', 'email', 'no address'],
    ['facebook', 'PHONE', 'none'],
    ['facebook', 'PHONE', '555 987 6543'],
    ['facebook', 'MADID', '123'],
    ['facebook', 'DOBY', '1850-01-01'],
    ['facebook', 'FN', ' - '],
    ['pinterest', 'EMAIL', 'a@example.com,b@example.com'],
    ['tiktok', 'EMAIL_SHA256', '+x@gmail.com'],
  ])('%s %s of %j is of no use', (kind, key, value) => {
    expect(matched(kind, key, value)).toBeUndefined();
  });

  it('follow the settings where the vendor’s own pages differ', () => {
    const settings = { emailNormalisation: 'basic', phoneFormat: 'digits', phoneCountry: 'am' };
    for (const kind of ['tiktok', 'tiktok-file']) {
      expect(matched(kind, 'EMAIL_SHA256', 'Jane.Doe+x@Gmail.com', settings)).toBe(
        sha256('jane.doe+x@gmail.com'),
      );
      // The sample of TikTok's help page.
      expect(matched(kind, 'PHONE_SHA256', '+374 93 828222', settings)).toMatch(/^65b7e6dc/);
      expect(matched(kind, 'PHONE_SHA256', '093 828222', settings)).toMatch(/^65b7e6dc/);
    }
  });
});

describe('every kind of destination', () => {
  it.each(DESTINATIONS.map((kind) => [kind.kind, kind] as const))(
    '%s states what forms need',
    (_name, kind) => {
      for (const specs of [kind.settings, kind.target]) {
        const keys = specs.map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        for (const { initial, options } of specs) {
          if (options !== undefined) expect(options.map(({ value }) => value)).toContain(initial);
        }
      }
      expect(kind.modes.length).toBeGreaterThan(0);
      if (kind.delivery.by !== 'batches') return;
      for (const mode of kind.modes) {
        const { rows, bytes, concurrency } = kind.delivery.limits({}, {}, mode);
        expect(Math.min(rows, bytes, concurrency)).toBeGreaterThan(0);
        if (kind.delivery.resend(mode) === 'never') expect(kind.delivery.unknownRule).toMatch(/\.$/);
      }
    },
  );

  it('has a name of its own', () => {
    expect(new Set(DESTINATIONS.map(({ kind }) => kind)).size).toBe(DESTINATIONS.length);
    expect(() => findDestination('pigeon')).toThrow(AppError);
  });
});
