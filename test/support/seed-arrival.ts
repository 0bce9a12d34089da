import { type SeedMember, type SeedVendors, membersByHand, sha256 } from './seed-vendors.ts';

/** What arrived at the seed's destinations, by what was sent there. Lists are sorted. */
export type Arrived = Readonly<
  Record<string, readonly string[] | { readonly header: string; readonly rows: readonly string[] }>
>;

/** The fewest members an audience of the seed has: fewer would prove little. */
const FEWEST = 50;

const known = (values: readonly (string | undefined)[]): string[] =>
  values.filter((each) => each !== undefined).sort();

/**
 * What the servers received, and what SQL by hand and hashes of the tests say they should have; each runner of tests compares the two.
 * `home` holds the sample. Places that cannot be had on this machine are in neither.
 */
export async function readArrival(
  vendors: SeedVendors,
  home: string,
): Promise<{ readonly received: Arrived; readonly expected: Arrived }> {
  const { bundle, emailable, media } = await membersByHand(home);
  if ([bundle, emailable, media].some((members) => members.length < FEWEST))
    throw new Error(`An audience of the seed has fewer than ${FEWEST} members.`);
  const places = (['sftp', 's3'] as const).filter((place) => vendors.places.some(({ id }) => id === place));
  return {
    received: {
      bundle: vendors.recipients('bundle'),
      emailable: vendors.recipients('emailable'),
      facebook: vendors.members('facebook'),
      pinterest: vendors.members('pinterest'),
      tiktok: vendors.members('tiktok'),
      ...Object.fromEntries(
        places.flatMap((place) => [
          [`media by ${place}`, vendors.lines(place, 'media-')],
          [`emailable by ${place}`, vendors.lines(place, 'emailable-')],
        ]),
      ),
    },
    expected: {
      bundle: known(bundle.map(({ email }) => email?.trim())),
      emailable: known(emailable.map(({ email }) => email?.trim())),
      facebook: facebookRows(media),
      pinterest: known(media.map(({ emailHash }) => emailHash)),
      tiktok: tiktokIdentifiers(media),
      ...Object.fromEntries(
        places.flatMap((place) => [
          [`media by ${place}`, mediaFile(media)],
          [`emailable by ${place}`, emailableFile(emailable)],
        ]),
      ),
    },
  };
}

function mediaFile(media: readonly SeedMember[]): Arrived[string] {
  return {
    header: 'customer_id,email_sha256',
    rows: media.map(({ id, emailHash }) => `${id},${emailHash ?? ''}`).sort(),
  };
}

function emailableFile(emailable: readonly SeedMember[]): Arrived[string] {
  return {
    header: 'customer_id,email',
    rows: emailable.map(({ id, email }) => `${id},${email ?? ''}`).sort(),
  };
}

/** Members as rows of Facebook's audiences. */
export function facebookRows(media: readonly SeedMember[]): string[] {
  const rows = media.map(({ emailHash, phone }) =>
    [
      ...(emailHash === undefined ? [] : [`EMAIL:${emailHash}`]),
      ...(phone === undefined ? [] : [`PHONE:${sha256(phone)}`]),
    ].join('|'),
  );
  return [...new Set(rows.filter((row) => row !== ''))].sort();
}

/** Members as identifiers of TikTok's segments. */
export function tiktokIdentifiers(media: readonly SeedMember[]): string[] {
  const found = media.flatMap(({ plainEmailHash, phone }) => [
    ...(plainEmailHash === undefined ? [] : [`EMAIL_SHA256:${plainEmailHash}`]),
    ...(phone === undefined ? [] : [`PHONE_SHA256:${sha256(`+${phone}`)}`]),
  ]);
  return [...new Set(found)].sort();
}
