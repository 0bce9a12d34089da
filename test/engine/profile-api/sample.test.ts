import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Rule } from '../../../electron/domain/rule.ts';
import type { Services } from '../../../electron/services/index.ts';
import { failureOf, useEngine } from '../../support/engine.ts';
import { SAMPLE, importSeed } from '../../support/seed-engine.ts';

/** More customers than the sample has. */
const ALL = 5_000;
const AT_ONCE = 100;

const engine = useEngine();
let services: Services;
let url: string;
let token: string;
let someone: string;

interface Profile {
  readonly customerId: string;
  readonly parts: Readonly<
    Record<string, { asOf: string; attributes: Record<string, unknown>; audiences: string[] }>
  >;
}

beforeAll(async () => {
  ({ services } = engine.engine());
  importSeed(services);
  const { form } = await services.profileApis.view(SAMPLE);
  const contact = {
    id: 'contact',
    name: 'Contact',
    columns: [{ kind: 'attribute' as const, entity: 'customer', column: 'email' }],
    audiences: [],
  };
  await services.profileApis.save(SAMPLE, {
    form: { ...form, port: 0, requestsPerSecond: 1_000_000, parts: [...form.parts, contact] },
    secrets: {},
  });
  const made = await services.profileApis.addKey(SAMPLE, { name: 'Shop', parts: ['basics', 'propensity'] });
  token = made.token;
  await turnOn();
  [someone = ''] = await membersOf();
});

async function turnOn(): Promise<void> {
  const state = await services.profileApis.turnOn(SAMPLE);
  url = state.url ?? '';
  await services.profileApis.settled(SAMPLE);
}

const ask = (path: string, init: RequestInit = {}, key = token): Promise<Response> => {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${key}`);
  return fetch(`${url}${path}`, { ...init, headers });
};

/** Ids of everybody, or of the members of an audience, by the query of the audience. */
async function membersOf(audience?: string): Promise<string[]> {
  const rule: Rule = audience === undefined ? { kind: 'all', rules: [] } : { kind: 'audience', audience };
  const request = { rule, columns: [], unmasked: true, limit: ALL };
  const { rows } = await services.members.preview(SAMPLE, request, {});
  return rows.map(([id]) => id ?? '');
}

async function profilesOf(ids: readonly string[]): Promise<Profile[]> {
  const profiles: Profile[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const response = await ask('/v1/profiles:batchGet', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ customerIds: ids.slice(at, at + AT_ONCE) }),
    });
    expect(response.status).toBe(200);
    const answer = (await response.json()) as { profiles: Profile[]; missing: string[] };
    expect(answer.missing).toEqual([]);
    profiles.push(...answer.profiles);
  }
  return profiles;
}

/** Compares the membership of every customer by the API with that by the queries of the audiences. */
async function compareMembership(): Promise<void> {
  const { form } = await services.profileApis.view(SAMPLE);
  const everybody = await membersOf();
  const profiles = await profilesOf(everybody);
  expect(profiles).toHaveLength(everybody.length);
  for (const audience of form.parts[0]?.audiences ?? []) {
    const told = profiles
      .filter(({ parts }) => parts['basics']?.audiences.includes(audience))
      .map(({ customerId }) => customerId);
    const queried = await membersOf(audience);
    expect(queried.length).toBeGreaterThan(0);
    expect(told.sort()).toEqual(queried.sort());
  }
}

describe('the Profile API of the sample', () => {
  it('tells of every customer the membership that the audience queries give, after each refresh', async () => {
    await compareMembership();
    const { audience } = services.audiences.get(SAMPLE, 'high-bread');
    services.audiences.save(SAMPLE, { ...audience, rule: { kind: 'not', rule: audience.rule } });
    await services.profileApis.refresh(SAMPLE);
    await services.profileApis.settled(SAMPLE);
    await compareMembership();
    services.audiences.save(SAMPLE, audience);
    await services.profileApis.refresh(SAMPLE);
    await services.profileApis.settled(SAMPLE);
    await compareMembership();
    const { parts } = await services.profileApis.state(SAMPLE);
    expect(parts.map(({ id, customers, error }) => ({ id, customers, error }))).toEqual(
      ['basics', 'propensity', 'contact'].map((id) => ({ id, customers: 2500, error: undefined })),
    );
  });

  it('tells attributes in their types, by id and by identifier, and only what the key may read', async () => {
    const request = {
      rule: { kind: 'audience', audience: 'emailable' } as const,
      columns: [{ kind: 'attribute' as const, entity: 'customer', column: 'email' }],
      unmasked: true,
      limit: 1,
    };
    const { rows, asOf } = await services.members.preview(SAMPLE, request, {});
    const [id = '', email = ''] = rows[0] ?? [];
    const profile = (await (await ask(`/v1/profiles/${id}`)).json()) as Profile;
    expect(profile.customerId).toBe(id);
    expect(Object.keys(profile.parts)).toEqual(['basics', 'propensity']);
    expect(profile.parts['basics']).toMatchObject({ asOf, attributes: { email_consent: true } });
    expect(typeof profile.parts['propensity']?.attributes['bread_score']).toBe('number');
    expect(profile.parts['basics']?.audiences).toContain('emailable');

    const digest = createHash('sha256')
      .update((email ?? '').trim().toLowerCase())
      .digest('hex');
    const found = (await (await ask(`/v1/profiles?identifier=email_sha256:${digest}`)).json()) as {
      profiles: Profile[];
    };
    expect(found.profiles).toEqual([profile]);

    const membership = await ask(`/v1/audiences/emailable/members/${id}`);
    expect(await membership.json()).toEqual({
      audienceId: 'emailable',
      customerId: id,
      isMember: true,
      asOf,
    });
    const other = await services.profileApis.addKey(SAMPLE, { name: 'Mail', parts: ['contact'] });
    const narrow = (await (await ask(`/v1/profiles/${id}`, {}, other.token)).json()) as Profile;
    expect(narrow.parts).toEqual({ contact: { asOf, attributes: { email }, audiences: [] } });
  });

  it('shuts out a key that is revoked, at once', async () => {
    const { token: spare } = await services.profileApis.addKey(SAMPLE, { name: 'Spare', parts: ['basics'] });
    expect((await ask(`/v1/profiles/${someone}`, {}, spare)).status).toBe(200);
    const { keys } = await services.profileApis.revokeKey(SAMPLE, 'spare');
    expect(keys.find(({ id }) => id === 'spare')?.revokedAt).toBeDefined();
    expect((await ask(`/v1/profiles/${someone}`, {}, spare)).status).toBe(401);
    // Neither does a file that was written while it was valid open it again.
    const { text } = services.workspaces.export();
    expect(text).not.toContain(spare);
    services.workspaces.import(text.replace(/^ +revokedAt: .*\n/m, ''), false);
    expect((await ask(`/v1/profiles/${someone}`, {}, spare)).status).toBe(401);
  });

  it('keeps an audience that it tells', async () => {
    const failure = await failureOf(() => services.audiences.remove(SAMPLE, 'paid-media'));
    expect(failure).toMatchObject({ code: 'IN_USE' });
    expect(failure.message).toContain('Basics');
  });

  it('notes who read how many, holds nothing when it is off, and is on again after a restart', async () => {
    await services.profileApis.turnOff(SAMPLE);
    await expect(ask(`/v1/profiles/${someone}`)).rejects.toThrow('fetch failed');
    const reads = services.profileApis.reads(SAMPLE);
    const of = (keyId: string) => reads.filter((each) => each.keyId === keyId);
    const sum = (keyId: string) => of(keyId).reduce((all, { profiles }) => all + profiles, 0);
    expect(sum('shop')).toBeGreaterThan(7_500);
    expect(sum('mail')).toBe(1);
    expect(await services.profileApis.state(SAMPLE)).toMatchObject({ status: 'off', parts: [] });

    await turnOn();
    ({ services } = await engine.restart());
    const status = async (): Promise<string> => (await services.profileApis.state(SAMPLE)).status;
    await expect.poll(status, { timeout: 20_000 }).toBe('on');
    url = (await services.profileApis.state(SAMPLE)).url ?? '';
    await services.profileApis.settled(SAMPLE);
    expect((await ask(`/v1/profiles/${someone}`)).status).toBe(200);
  });

  it('refuses a port that is taken, and says so', async () => {
    const { form } = await services.profileApis.view(SAMPLE);
    const port = Number(new URL(url).port);
    await services.profileApis.turnOff(SAMPLE);
    const { createServer } = await import('node:http');
    const other = createServer().listen(port, '127.0.0.1');
    await services.profileApis.save(SAMPLE, { form: { ...form, port }, secrets: {} });
    try {
      const failure = await failureOf(() => services.profileApis.turnOn(SAMPLE));
      expect(failure).toMatchObject({ code: 'SETTINGS_INVALID' });
      expect(await services.profileApis.state(SAMPLE)).toMatchObject({ status: 'failed' });
    } finally {
      other.close();
    }
  });
});
