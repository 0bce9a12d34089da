import { createHash } from 'node:crypto';
import { facebookRows, tiktokIdentifiers } from './seed-arrival.ts';
import { HELD_OUT_PERCENT } from './seed-journey.ts';
import { type SeedMember, membersByHand } from './seed-vendors.ts';

/** Who the branches of the seed's journey are for, by SQL by hand and by digests of this file alone. */
export interface SeedBranches {
  readonly newsletter: readonly SeedMember[];
  readonly facebook: readonly SeedMember[];
  readonly pinterest: readonly SeedMember[];
  readonly tiktok: readonly SeedMember[];
  readonly heldOut: readonly SeedMember[];
}

/** The bucket of a customer at a step, as design.md states it. */
function bucketOf(step: string, id: string): number {
  const digest = createHash('md5').update(`${step}:${id}`).digest('hex');
  return Number.parseInt(digest.slice(0, 8), 16) % 10_000;
}

/** `deals` is the id of the step that deals customers to the media. The branches of those who agreed to what a branch sends; `heldOut` are those among them who get nothing. */
export async function readSeedBranches(home: string, deals = 'media'): Promise<SeedBranches> {
  const { newsletter, media } = await membersByHand(home);
  const held = HELD_OUT_PERCENT * 100;
  const third = (10_000 - held) / 3;
  const within = (from: number, below: number): SeedMember[] =>
    media.filter(({ id }) => bucketOf(deals, id) >= from && bucketOf(deals, id) < below);
  return {
    newsletter,
    heldOut: within(0, held),
    facebook: within(held, held + third),
    pinterest: within(held + third, held + 2 * third),
    tiktok: within(held + 2 * third, 10_000),
  };
}

/** What the vendors should have received: addresses that were mailed, and members of the audiences. */
export function expectedByApi(branches: SeedBranches): Record<string, string[]> {
  return {
    newsletter: branches.newsletter.map(({ email }) => (email ?? '').trim()).sort(),
    facebook: facebookRows([...branches.facebook]),
    pinterest: branches.pinterest
      .flatMap(({ emailHash }) => (emailHash === undefined ? [] : [emailHash]))
      .sort(),
    tiktok: tiktokIdentifiers([...branches.tiktok]),
  };
}

/** The lines that the files of the branches should have. */
export function expectedByFile(branches: SeedBranches): Record<string, string[]> {
  const lines = (members: readonly SeedMember[]): string[] =>
    members.map(({ id, email }) => `${id},${email ?? ''}`).sort();
  const { newsletter, facebook, pinterest, tiktok } = branches;
  return {
    newsletter: lines(newsletter),
    facebook: lines(facebook),
    pinterest: lines(pinterest),
    tiktok: lines(tiktok),
  };
}
