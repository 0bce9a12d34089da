import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFacebook, type Facebook, type FacebookOptions } from '../../support/vendors/facebook.ts';

async function start(options: FacebookOptions = {}): Promise<Facebook> {
  const vendor = await startFacebook(options);
  onTestFinished(vendor.close);
  return vendor;
}

interface Called {
  readonly status: number;
  readonly body: unknown;
}

async function call(vendor: Facebook, method: string, path: string, body?: unknown): Promise<Called> {
  const answer = await fetch(`${vendor.url}/v25.0/${path}`, {
    method,
    headers: { authorization: `Bearer ${vendor.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const emails = (...names: string[]): object => ({
  payload: { schema: ['EMAIL'], data: names.map((name) => [hash(`${name}@example.com`)]) },
});
const step = (id: number, sequence: number, isLast = false): object => ({
  session: { session_id: id, batch_seq: sequence, last_batch_flag: isLast },
});
const errorOf = (code: number, subcode?: number): object => ({
  body: { error: { code, ...(subcode === undefined ? {} : { error_subcode: subcode }) } },
});
const rowOf = (name: string): string => `EMAIL:${hash(`${name}@example.com`)}`;

describe('the emulator of Meta custom audiences', () => {
  it('asks for the token, the version and the proof', async () => {
    const vendor = await start({ appSecret: 'app-secret' });
    const get = async (path: string, headers: Record<string, string> = {}): Promise<unknown> => {
      const answer = await fetch(`${vendor.url}/${path}`, { headers });
      const body: unknown = await answer.json();
      return { status: answer.status, body };
    };
    const account = `act_${vendor.accountId}`;
    const proof = createHmac('sha256', 'app-secret').update(vendor.token).digest('hex');
    expect(await get(`v25.0/${account}`)).toMatchObject({ status: 401, ...errorOf(104) });
    expect(await get(`v25.0/${account}`, { authorization: 'Bearer other' })).toMatchObject({
      status: 401,
      ...errorOf(190),
    });
    expect(await get(`v25.0/${account}?access_token=${vendor.token}`)).toMatchObject({
      status: 400,
      ...errorOf(100),
    });
    expect(await get(`v12.0/${account}?access_token=${vendor.token}`)).toMatchObject(errorOf(2635));
    expect(
      await get(`v25.0/${account}?fields=id,name&access_token=${vendor.token}&appsecret_proof=${proof}`),
    ).toEqual({
      status: 200,
      body: { id: account, name: 'Example account' },
    });
  });

  it('says what a token may do, and refuses writes without ads_management', async () => {
    const vendor = await start({ scopes: ['ads_read'] });
    expect(await call(vendor, 'GET', `debug_token?input_token=${vendor.token}`)).toMatchObject({
      body: { data: { is_valid: true, scopes: ['ads_read'] } },
    });
    expect(await call(vendor, 'GET', 'debug_token?input_token=other')).toMatchObject({
      body: { data: { is_valid: false } },
    });
    const { id } = vendor.addAudience('VIP');
    expect(await call(vendor, 'POST', `${id}/users`, emails('a'))).toMatchObject({
      status: 403,
      ...errorOf(200),
    });
    expect(await call(vendor, 'GET', 'act_1')).toMatchObject(errorOf(100, 33));
  });

  it('makes audiences and lists them by pages', async () => {
    const vendor = await start();
    const account = `act_${vendor.accountId}/customaudiences`;
    const make = { name: 'VIP', subtype: 'CUSTOM', customer_file_source: 'USER_PROVIDED_ONLY' };
    expect(await call(vendor, 'POST', account, { name: 'VIP', subtype: 'CUSTOM' })).toMatchObject(
      errorOf(100),
    );
    expect(await call(vendor, 'POST', account, { ...make, colour: 'red' })).toMatchObject(errorOf(100));
    await call(vendor, 'POST', account, make);
    await call(vendor, 'POST', account, { ...make, name: 'Second' });
    const first = await call(vendor, 'GET', `${account}?fields=id,name&limit=1`);
    expect(first.body).toMatchObject({
      data: [{ name: 'VIP' }],
      paging: { next: expect.any(String) as unknown },
    });
    const after = Buffer.from([...vendor.audiences.keys()][0]!).toString('base64url');
    const second = await call(vendor, 'GET', `${account}?fields=id,name&limit=1&after=${after}`);
    expect(second.body).toMatchObject({ data: [{ name: 'Second' }] });
    expect(second.body).not.toHaveProperty('paging.next');
  });

  it('adds each person once, and removes by any identifier', async () => {
    const vendor = await start();
    const audience = vendor.addAudience('VIP');
    const both = { schema: ['EMAIL', 'PHONE'], data: [[hash('a@example.com'), hash('15559876543')]] };
    await call(vendor, 'POST', `${audience.id}/users`, { payload: both });
    expect(await call(vendor, 'POST', `${audience.id}/users`, emails('b', 'b'))).toEqual({
      status: 200,
      body: {
        audience_id: audience.id,
        session_id: '0',
        num_received: 2,
        num_invalid_entries: 0,
        invalid_entry_samples: [],
      },
    });
    expect(audience.members.rows().size).toBe(2);
    await call(vendor, 'DELETE', `${audience.id}/users`, emails('a'));
    expect([...audience.members.rows()]).toEqual([rowOf('b')]);
  });

  it('takes forms, and DELETE by a parameter', async () => {
    const vendor = await start();
    const audience = vendor.addAudience('VIP');
    const post = async (more: Record<string, string>): Promise<number> => {
      const payload = JSON.stringify({ schema: 'EMAIL_SHA256', data: [hash('a@example.com')] });
      const body = new URLSearchParams({ access_token: vendor.token, payload, ...more });
      return (await fetch(`${vendor.url}/v25.0/${audience.id}/users`, { method: 'POST', body })).status;
    };
    expect(await post({})).toBe(200);
    expect([...audience.members.identifiers()]).toEqual([rowOf('a')]);
    expect(await post({ method: 'DELETE' })).toBe(200);
    expect(audience.members.rows().size).toBe(0);
  });

  it.each([
    ['an unhashed e-mail', ['EMAIL'], ['a@example.com']],
    ['an upper-case hash', ['EMAIL'], [hash('a@example.com').toUpperCase()]],
    ['a hash of another length', ['PHONE'], [hash('1').slice(0, 40)]],
    ['a hashed MADID', ['MADID'], [hash('5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25')]],
    ['an upper-case MADID', ['MADID'], ['5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25']],
    ['no identifier', ['EMAIL', 'FN'], ['', hash('ann')]],
    ['null in place of an empty text', ['EMAIL', 'PHONE'], [hash('a@example.com'), null]],
  ])('counts %s as invalid', async (_, schema, row) => {
    const vendor = await start();
    const audience = vendor.addAudience('VIP');
    expect(
      await call(vendor, 'POST', `${audience.id}/users`, { payload: { schema, data: [row] } }),
    ).toMatchObject({
      status: 200,
      body: { num_received: 1, num_invalid_entries: 1 },
    });
    expect(audience.members.rows().size).toBe(0);
  });

  it('takes what is not hashed, and limited data use', async () => {
    const vendor = await start();
    const audience = vendor.addAudience('VIP');
    const schema = ['EXTERN_ID', 'MADID', 'DATA_PROCESSING_OPTIONS', 'DATA_PROCESSING_OPTIONS_COUNTRY'];
    const data = [['c1', '5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25', ['LDU'], 1]];
    const { body } = await call(vendor, 'POST', `${audience.id}/users`, { payload: { schema, data } });
    expect(body).toMatchObject({ num_invalid_entries: 0 });
    expect([...audience.members.rows()]).toEqual(['EXTERN_ID:c1|MADID:5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25']);
  });

  it.each([
    ['an unknown key', { payload: { schema: ['MAIL'], data: [['a']] } }, 100],
    ['a key twice', { payload: { schema: ['EMAIL', 'EMAIL'], data: [['a', 'a']] } }, 100],
    ['a row of another length', { payload: { schema: ['EMAIL', 'PHONE'], data: [[hash('a')]] } }, 100],
    ['no rows', { payload: { schema: ['EMAIL'], data: [] } }, 100],
    ['an unknown field', { ...emails('a'), consent: true }, 100],
    ['too many rows', emails('a', 'b', 'c'), 105],
    ['a session without a sequence', { ...emails('a'), session: { session_id: 5 } }, 100],
    ['a session id that lost digits', { ...emails('a'), ...step(2 ** 60, 1) }, 100],
  ])('refuses %s', async (_, body, code) => {
    const vendor = await start({ maxRows: 2 });
    const audience = vendor.addAudience('VIP');
    expect(await call(vendor, 'POST', `${audience.id}/users`, body)).toMatchObject(errorOf(code));
    expect(audience.members.rows().size).toBe(0);
  });

  it('replaces in a session: the first batch wipes and is never taken again', async () => {
    const vendor = await start({ settleReads: 1 });
    const audience = vendor.addAudience('VIP');
    const replace = async (names: string[], id: number, sequence: number, isLast = false): Promise<Called> =>
      call(vendor, 'POST', `${audience.id}/usersreplace`, {
        ...emails(...names),
        ...step(id, sequence, isLast),
      });
    await call(vendor, 'POST', `${audience.id}/users`, emails('old'));
    expect(await call(vendor, 'POST', `${audience.id}/usersreplace`, emails('a'))).toMatchObject(
      errorOf(100),
    );
    expect(await replace(['a'], 7, 2)).toMatchObject(errorOf(2650, 1_870_147));
    expect([...audience.members.rows()]).toEqual([rowOf('old')]);
    expect((await replace(['a'], 7, 1)).body).toMatchObject({ session_id: '7', num_received: 1 });
    expect([...audience.members.rows()]).toEqual([rowOf('a')]);
    expect(await replace(['a'], 7, 1)).toMatchObject(errorOf(100));
    expect(await replace(['a'], 8, 1)).toMatchObject(errorOf(2650, 1_870_145));
    expect(await call(vendor, 'POST', `${audience.id}/users`, emails('x'))).toMatchObject(
      errorOf(2650, 1_870_145),
    );
    await replace(['c'], 7, 3);
    await replace(['b'], 7, 2);
    expect((await replace(['b'], 7, 2, true)).body).toMatchObject({ num_received: 4 });
    expect(audience.members.rows()).toEqual(new Set(['a', 'b', 'c'].map(rowOf)));
    expect(await replace(['d'], 9, 1)).toMatchObject(errorOf(2650, 1_870_145));
    const status = async (): Promise<unknown> =>
      (await call(vendor, 'GET', `${audience.id}?fields=operation_status`)).body;
    expect(await status()).toMatchObject({ operation_status: { description: 'replace_in_progress' } });
    expect(await status()).toMatchObject({ operation_status: { description: 'Normal' } });
    expect(await replace(['b'], 7, 4)).toMatchObject(errorOf(2650, 1_870_159));
    expect((await call(vendor, 'GET', `${audience.id}/sessions?session_id=7`)).body).toMatchObject({
      data: [{ session_id: '7', num_received: '4', stage: 'complete' }],
    });
  });

  it('ends a replace after 90 minutes, and refuses EXTERN_ID in it', async () => {
    let now = 0;
    const vendor = await start({ now: () => now });
    const audience = vendor.addAudience('VIP');
    const path = `${audience.id}/usersreplace`;
    const extern = { payload: { schema: ['EXTERN_ID'], data: [['c1']] } };
    expect(await call(vendor, 'POST', path, { ...extern, ...step(4, 1) })).toMatchObject(errorOf(100));
    await call(vendor, 'POST', path, { ...emails('a'), ...step(5, 1) });
    now = 91 * 60_000;
    expect(await call(vendor, 'POST', path, { ...emails('b'), ...step(5, 2) })).toMatchObject(
      errorOf(2650, 1_870_158),
    );
  });

  it('races after a create, and stops where the audience is flagged or the terms are missing', async () => {
    const vendor = await start({ racesAfterCreate: true });
    const make = { name: 'VIP', subtype: 'CUSTOM', customer_file_source: 'USER_PROVIDED_ONLY' };
    await call(vendor, 'POST', `act_${vendor.accountId}/customaudiences`, make);
    const audience = [...vendor.audiences.values()][0]!;
    expect(await call(vendor, 'POST', `${audience.id}/users`, emails('a'))).toMatchObject(errorOf(803));
    expect(await call(vendor, 'POST', `${audience.id}/users`, emails('a'))).toMatchObject({ status: 200 });
    audience.flag = 471;
    expect(await call(vendor, 'POST', `${audience.id}/users`, emails('b'))).toMatchObject(
      errorOf(100, 1_713_230),
    );
    const other = await start({ withoutTerms: true });
    expect(await call(other, 'POST', `act_${other.accountId}/customaudiences`, make)).toMatchObject(
      errorOf(200, 1_870_034),
    );
  });

  it('refuses too many calls without Retry-After, with its own header of usage', async () => {
    const vendor = await start();
    vendor.fail({ kind: 'rateLimit', retryAfterS: 120 });
    const answer = await fetch(`${vendor.url}/v25.0/act_${vendor.accountId}`, {
      headers: { authorization: `Bearer ${vendor.token}` },
    });
    expect(answer.headers.get('retry-after')).toBeNull();
    expect(answer.headers.get('x-business-use-case-usage')).toContain('"estimated_time_to_regain_access":2');
    expect(await answer.json()).toMatchObject({ error: { code: 80_003 } });
  });
});
