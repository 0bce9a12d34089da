import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPinterest, type Pinterest, type PinterestOptions } from '../../support/vendors/pinterest.ts';

async function start(options: PinterestOptions = {}): Promise<Pinterest> {
  const vendor = await startPinterest(options);
  onTestFinished(vendor.close);
  return vendor;
}

interface Called {
  readonly status: number;
  readonly body: unknown;
}

async function call(vendor: Pinterest, method: string, path: string, body?: unknown): Promise<Called> {
  const answer = await fetch(`${vendor.url}/ad_accounts/${vendor.adAccountId}${path}`, {
    method,
    headers: { authorization: `Bearer ${vendor.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

const hash = (text: string, algorithm = 'sha256'): string => createHash(algorithm).update(text).digest('hex');

async function makeList(vendor: Pinterest, records: string, more: object = {}): Promise<Called> {
  return call(vendor, 'POST', '/customer_lists', { name: 'VIP', records, ...more });
}

describe('the emulator of Pinterest', () => {
  it('asks for a bearer token with the scope that the description names', async () => {
    const vendor = await start({ scopes: ['ads:read'] });
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${vendor.url}/ad_accounts/${vendor.adAccountId}`, { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: vendor.token })).toBe(401);
    expect(await status({ authorization: `Bearer ${vendor.token}` })).toBe(200);
    expect(await makeList(vendor, hash('a'))).toMatchObject({ status: 403, body: { code: 29 } });
    expect(
      (await fetch(`${vendor.url}/user_account`, { headers: { authorization: `Bearer ${vendor.token}` } }))
        .status,
    ).toBe(403);
    expect(vendor.lists.size).toBe(0);
  });

  it('adds and removes records, while its counters only rise', async () => {
    const vendor = await start();
    await makeList(vendor, `${hash('a')},${hash('b')},`);
    const change = async (operation: string, records: string): Promise<Called> =>
      call(vendor, 'PATCH', '/customer_lists/641', { operation_type: operation, records });
    await change('ADD', hash('b'));
    expect((await change('REMOVE', `${hash('a')},${hash('none')}`)).body).toMatchObject({
      num_batches: 3,
      num_uploaded_user_records: 3,
      num_removed_user_records: 2,
      status: 'TOO_SMALL',
    });
    expect(vendor.lists.get('641')?.members).toEqual(new Set([hash('b')]));
  });

  it('is processing for a while after a change', async () => {
    const vendor = await start({ settleReads: 2 });
    const made = await makeList(vendor, Array.from({ length: 100 }, (_, at) => hash(String(at))).join(','));
    expect(made.body).toMatchObject({ status: 'PROCESSING' });
    const read = async (): Promise<unknown> => (await call(vendor, 'GET', '/customer_lists/641')).body;
    expect(await read()).toMatchObject({ status: 'PROCESSING' });
    expect(await read()).toMatchObject({ status: 'READY' });
  });

  it.each([
    ['an upper-case hash', hash('a').toUpperCase(), 'EMAIL'],
    ['an upper-case e-mail', 'A@example.com', 'EMAIL'],
    ['a hash of another length', hash('a').slice(1), 'EMAIL'],
    ['a device id that is not hashed', '5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25', 'MAID'],
    ['no records', '', 'EMAIL'],
    ['an empty record', `${hash('a')},,${hash('b')}`, 'EMAIL'],
    ['too many records', [hash('a'), hash('b'), hash('c'), hash('d')].join(','), 'EMAIL'],
    ['an unknown type of list', hash('a'), 'PHONE'],
  ])('refuses %s', async (_, records, type) => {
    const vendor = await start({ maxRecords: 3 });
    expect(await makeList(vendor, records, { list_type: type })).toMatchObject({ status: 400 });
    expect(vendor.lists.size).toBe(0);
  });

  it('takes every hash that is documented, and plain e-mails', async () => {
    const vendor = await start();
    const records = ['a@example.com', hash('a', 'md5'), hash('a', 'sha1'), hash('a')].join(',');
    expect(await makeList(vendor, records)).toMatchObject({ status: 200 });
    expect(await makeList(vendor, hash('5f3a'), { list_type: 'MAID' })).toMatchObject({ status: 200 });
  });

  it('refuses what the description does not have', async () => {
    const vendor = await start({ maxBytes: 500 });
    const bodies = [{ name: 'VIP' }, { records: hash('a') }, { name: 1, records: hash('a') }];
    for (const body of bodies) expect((await call(vendor, 'POST', '/customer_lists', body)).status).toBe(400);
    expect((await makeList(vendor, hash('a'), { consent: true })).status).toBe(400);
    expect((await makeList(vendor, hash('a'), { name: 'x'.repeat(500) })).status).toBe(413);
    expect((await call(vendor, 'GET', '/customer_lists?page_size=251')).status).toBe(400);
    expect((await call(vendor, 'GET', '/customer_lists?limit=5')).status).toBe(400);
    expect((await call(vendor, 'DELETE', '/customer_lists/641')).status).toBe(405);
    expect((await call(vendor, 'GET', '/customer_lists/641')).status).toBe(404);
    expect((await call(vendor, 'GET', '/nothing')).status).toBe(404);
    await makeList(vendor, hash('a'));
    const patch = { operation_type: 'REPLACE', records: hash('a') };
    expect((await call(vendor, 'PATCH', '/customer_lists/641', patch)).status).toBe(400);
  });

  it('makes an audience of a list that is there, and pages through both', async () => {
    const vendor = await start();
    await makeList(vendor, hash('a'));
    await makeList(vendor, hash('b'), { name: 'Second' });
    const audience = { name: 'VIP', audience_type: 'CUSTOMER_LIST', ad_account_id: vendor.adAccountId };
    const make = async (rule: object): Promise<Called> =>
      call(vendor, 'POST', '/audiences', { ...audience, rule });
    expect((await make({ customer_list_id: '1' })).status).toBe(400);
    expect((await make({ customer_list_id: '641' })).body).toMatchObject({
      id: '643',
      size: 1,
      status: 'TOO_SMALL',
    });
    expect((await call(vendor, 'GET', '/audiences/643')).body).toMatchObject({
      rule: { customer_list_id: '641' },
    });
    const first = await call(vendor, 'GET', '/customer_lists?page_size=1');
    expect(first.body).toMatchObject({ items: [{ name: 'VIP' }], bookmark: 'MQ' });
    const second = await call(vendor, 'GET', '/customer_lists?page_size=1&bookmark=MQ');
    expect(second.body).toMatchObject({ items: [{ name: 'Second' }], bookmark: null });
  });
});
