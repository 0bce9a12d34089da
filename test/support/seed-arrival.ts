import { expect } from 'vitest';
import { type SeedMember, type SeedVendors, membersByHand, sha256 } from './seed-vendors.ts';

const known = (values: readonly (string | undefined)[]): string[] =>
  values.filter((each) => each !== undefined).sort();

/** What the servers received is what SQL by hand and hashes of the tests give. `home` holds the sample. */
export async function expectArrival(vendors: SeedVendors, home: string): Promise<void> {
  const { bundle, emailable, media } = await membersByHand(home);
  expect([bundle.length, emailable.length, media.length].every((count) => count > 50)).toBe(true);
  expect(vendors.recipients('bundle')).toEqual(known(bundle.map(({ email }) => email?.trim())));
  expect(vendors.recipients('emailable')).toEqual(known(emailable.map(({ email }) => email?.trim())));
  expect(vendors.members('facebook')).toEqual(facebookRows(media));
  expect(vendors.members('pinterest')).toEqual(known(media.map(({ emailHash }) => emailHash)));
  expect(vendors.members('tiktok')).toEqual(tiktokIdentifiers(media));
  for (const place of ['sftp', 's3'] as const) {
    if (!vendors.places.some(({ id }) => id === place)) continue;
    expect(vendors.lines(place, 'media-')).toEqual({
      header: 'customer_id,email_sha256',
      rows: media.map(({ id, emailHash }) => `${id},${emailHash ?? ''}`).sort(),
    });
    expect(vendors.lines(place, 'emailable-')).toEqual({
      header: 'customer_id,email',
      rows: emailable.map(({ id, email }) => `${id},${email ?? ''}`).sort(),
    });
  }
}

function facebookRows(media: readonly SeedMember[]): string[] {
  const rows = media.map(({ emailHash, phone }) =>
    [
      ...(emailHash === undefined ? [] : [`EMAIL:${emailHash}`]),
      ...(phone === undefined ? [] : [`PHONE:${sha256(phone)}`]),
    ].join('|'),
  );
  return [...new Set(rows.filter((row) => row !== ''))].sort();
}

function tiktokIdentifiers(media: readonly SeedMember[]): string[] {
  const found = media.flatMap(({ plainEmailHash, phone }) => [
    ...(plainEmailHash === undefined ? [] : [`EMAIL_SHA256:${plainEmailHash}`]),
    ...(phone === undefined ? [] : [`PHONE_SHA256:${sha256(`+${phone}`)}`]),
  ]);
  return [...new Set(found)].sort();
}
