import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTikTok, type TikTok, type TikTokOptions } from '../../support/vendors/tiktok.ts';

async function start(options: TikTokOptions = {}): Promise<TikTok> {
  const vendor = await startTikTok(options);
  onTestFinished(vendor.close);
  return vendor;
}

const hash = (text: string, algorithm = 'sha256'): string => createHash(algorithm).update(text).digest('hex');

async function post(vendor: TikTok, path: string, body: object): Promise<unknown> {
  const answer = await fetch(vendor.url + path, {
    method: 'POST',
    headers: { 'access-token': vendor.token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return answer.json();
}

async function get(vendor: TikTok, path: string): Promise<unknown> {
  const answer = await fetch(vendor.url + path, { headers: { 'access-token': vendor.token } });
  return answer.json();
}

interface Upload {
  readonly text: string;
  readonly type: string;
  readonly name?: string;
  readonly signature?: string;
}

async function upload(
  vendor: TikTok,
  { text, type, name = 'people.csv', signature = hash(text, 'md5') }: Upload,
): Promise<unknown> {
  const form = new FormData();
  form.set('advertiser_id', vendor.advertiserId);
  form.set('file', new Blob([text]), name);
  form.set('file_signature', signature);
  form.set('calculate_type', type);
  const headers = { 'access-token': vendor.token };
  return (
    await fetch(`${vendor.url}/dmp/custom_audience/file/upload/`, { method: 'POST', headers, body: form })
  ).json();
}

/** The path of an uploaded file of `count` people from `first`. */
async function uploadPeople(vendor: TikTok, first: number, count: number): Promise<string> {
  const text = Array.from({ length: count }, (_, at) => hash(String(first + at))).join('\n');
  const answer = await upload(vendor, { text, type: 'EMAIL_SHA256' });
  return (answer as { data: { file_path: string } }).data.file_path;
}

async function makeSegment(vendor: TikTok, name = 'VIP'): Promise<string> {
  const body = { advertiser_id: vendor.advertiserId, custom_audience_name: name, action: 'create' };
  await post(vendor, '/segment/audience/', body);
  return [...vendor.segments.keys()].at(-1)!;
}

describe('the emulator of TikTok', () => {
  it('wants Access-Token, without Bearer, and answers HTTP 200', async () => {
    const vendor = await start();
    const code = async (headers: Record<string, string>): Promise<unknown> => {
      const answer = await fetch(`${vendor.url}/user/info/`, { headers });
      expect(answer.status).toBe(200);
      return answer.json();
    };
    expect(await code({ 'access-token': vendor.token })).toMatchObject({ code: 0 });
    expect(await code({ 'access-token': `Bearer ${vendor.token}` })).toMatchObject({ code: 40_105 });
    expect(await code({ authorization: `Bearer ${vendor.token}` })).toMatchObject({ code: 40_104 });
  });

  it('wants the slash at the end of a path', async () => {
    const vendor = await start();
    const status = async (path: string): Promise<number> =>
      (await fetch(vendor.url + path, { headers: { 'access-token': vendor.token } })).status;
    expect(await status('/user/info')).toBe(404);
    expect(await status('/no/such/')).toBe(404);
  });

  it('checks the advertiser and what the app may do', async () => {
    const vendor = await start({ mayWrite: false });
    const ids = (id: string): string => encodeURIComponent(JSON.stringify([id]));
    expect(await get(vendor, `/advertiser/info/?advertiser_ids=${ids(vendor.advertiserId)}`)).toMatchObject({
      code: 0,
    });
    expect(await get(vendor, `/advertiser/info/?advertiser_ids=${ids('1')}`)).toMatchObject({ code: 40_001 });
    const body = { advertiser_id: vendor.advertiserId, custom_audience_name: 'VIP', action: 'create' };
    expect(await post(vendor, '/segment/audience/', body)).toMatchObject({ code: 40_001 });
    expect(vendor.segments.size).toBe(0);
  });

  it('maps people by the positions of the schema', async () => {
    const vendor = await start();
    const id = await makeSegment(vendor);
    const map = async (action: string, data: unknown[]): Promise<unknown> =>
      post(vendor, '/segment/mapping/', {
        advertiser_ids: [vendor.advertiserId],
        action,
        id_schema: ['EMAIL_SHA256', 'PHONE_SHA256'],
        batch_data: data,
      });
    const cell = (text: string): object => ({ id: hash(text), audience_ids: [id] });
    expect(
      await map('add', [
        [cell('a'), {}],
        [cell('b'), cell('1')],
      ]),
    ).toMatchObject({ code: 0, message: 'OK' });
    await map('delete', [
      [cell('a'), {}],
      [cell('none'), {}],
    ]);
    expect(vendor.segments.get(id)?.members).toEqual(
      new Set([`EMAIL_SHA256:${hash('b')}`, `PHONE_SHA256:${hash('1')}`]),
    );
  });

  it.each([
    ['an unhashed id', { batch_data: [[{ id: 'a@example.com', audience_ids: ['ID'] }]] }],
    ['an upper-case hash', { batch_data: [[{ id: hash('a').toUpperCase(), audience_ids: ['ID'] }]] }],
    ['a hash of another length', { batch_data: [[{ id: hash('a', 'md5'), audience_ids: ['ID'] }]] }],
    ['an audience that is not there', { batch_data: [[{ id: hash('a'), audience_ids: ['1'] }]] }],
    ['a row of another length', { batch_data: [[{ id: hash('a'), audience_ids: ['ID'] }, {}]] }],
    ['a row without ids', { batch_data: [[{}]] }],
    ['no rows', { batch_data: [] }],
    ['an unknown schema', { id_schema: ['EMAIL'] }],
    ['a schema twice', { id_schema: ['EMAIL_SHA256', 'EMAIL_SHA256'] }],
    ['an unknown action', { action: 'remove' }],
    ['an unknown field', { consent: true }],
    ['a strange advertiser', { advertiser_ids: ['1'] }],
    [
      'too many rows',
      { batch_data: Array.from({ length: 3 }, () => [{ id: hash('a'), audience_ids: ['ID'] }]) },
    ],
  ])('refuses %s', async (_, wrong) => {
    const vendor = await start({ maxRows: 2 });
    const id = await makeSegment(vendor);
    const good = {
      advertiser_ids: [vendor.advertiserId],
      action: 'add',
      id_schema: ['EMAIL_SHA256'],
      batch_data: [[{ id: hash('a'), audience_ids: [id] }]],
    };
    const body = JSON.stringify({ ...good, ...wrong }).replaceAll('"ID"', JSON.stringify(id));
    expect(await post(vendor, '/segment/mapping/', JSON.parse(body) as object)).toMatchObject({
      code: 40_002,
    });
    expect(vendor.segments.get(id)?.members.size).toBe(0);
  });

  it('cuts long names of segments, and deletes them', async () => {
    const vendor = await start();
    const id = await makeSegment(vendor, 'x'.repeat(71));
    expect(
      await get(vendor, `/dmp/custom_audience/list/?advertiser_id=${vendor.advertiserId}`),
    ).toMatchObject({
      data: { list: [{ audience_id: id, name: `${'x'.repeat(67)}...` }] },
    });
    const body = { advertiser_id: vendor.advertiserId, action: 'delete', delete_audience_id: id };
    expect(await post(vendor, '/segment/audience/', body)).toMatchObject({ code: 0 });
    expect(vendor.segments.size).toBe(0);
  });

  it.each([
    ['a wrong signature', { text: hash('a'), type: 'EMAIL_SHA256', signature: hash('b', 'md5') }, 40_900],
    ['an unknown type', { text: hash('a'), type: 'EMAIL' }, 40_909],
    ['a file that is not hashed', { text: 'a@example.com', type: 'EMAIL_SHA256' }, 40_909],
    ['another suffix', { text: hash('a'), type: 'EMAIL_SHA256', name: 'people.csv.gz' }, 40_905],
    ['an empty file', { text: 'email_sha256\n', type: 'EMAIL_SHA256' }, 40_905],
    ['a large file', { text: `${hash('a')}\n`.repeat(4), type: 'EMAIL_SHA256' }, 40_906],
    ['unknown columns', { text: `Mail\n${hash('a')}`, type: 'MULTIPLE_TYPES' }, 40_909],
    ['an unhashed cell', { text: 'Email_SHA256\na@example.com', type: 'MULTIPLE_TYPES' }, 40_909],
  ])('refuses %s in an upload', async (_, file, code) => {
    const vendor = await start({ maxFileBytes: 200 });
    expect(await upload(vendor, file)).toMatchObject({ code });
  });

  it('makes, extends, reduces and replaces an audience of files', async () => {
    const vendor = await start({ minimumSize: 3 });
    const advertiser = { advertiser_id: vendor.advertiserId };
    const make = { ...advertiser, custom_audience_name: 'VIP', calculate_type: 'EMAIL_SHA256' };
    expect(
      await post(vendor, '/dmp/custom_audience/create/', { ...make, file_paths: ['none'] }),
    ).toMatchObject({ code: 40_002 });
    const first = await uploadPeople(vendor, 0, 5);
    expect(
      await post(vendor, '/dmp/custom_audience/create/', {
        ...make,
        calculate_type: 'PHONE_SHA256',
        file_paths: [first],
      }),
    ).toMatchObject({ code: 40_909 });
    expect(
      await post(vendor, '/dmp/custom_audience/create/', { ...make, file_paths: [first] }),
    ).toMatchObject({ code: 0 });
    const audience = [...vendor.audiences.values()][0]!;
    const update = async (more: object): Promise<unknown> =>
      post(vendor, '/dmp/custom_audience/update/', {
        ...advertiser,
        custom_audience_id: audience.id,
        ...more,
      });
    await update({ action: 'APPEND', file_paths: [await uploadPeople(vendor, 4, 3)] });
    expect(audience.members.size).toBe(7);
    await update({ action: 'REMOVE', file_paths: [first] });
    // Two would be left.
    expect(audience.members.size).toBe(7);
    expect(await update({ action: 'REMOVE', file_paths: [first] })).toMatchObject({ code: 40_002 });
    // Without an action the vendor replaces.
    await update({ file_paths: [await uploadPeople(vendor, 10, 4)] });
    expect(audience.members.size).toBe(4);
    expect(audience.history).toEqual(['CREATE', 'APPEND', 'REPLACE']);
    expect(await update({})).toMatchObject({ code: 40_002 });
    expect(await update({ action: 'ADD', file_paths: [first] })).toMatchObject({ code: 40_002 });
  });

  it('cannot change an audience that is being processed', async () => {
    const vendor = await start({ settleReads: 1, minimumSize: 1 });
    const advertiser = { advertiser_id: vendor.advertiserId };
    await post(vendor, '/dmp/custom_audience/create/', {
      ...advertiser,
      custom_audience_name: 'VIP',
      calculate_type: 'EMAIL_SHA256',
      file_paths: [await uploadPeople(vendor, 0, 2)],
    });
    const id = [...vendor.audiences.keys()][0]!;
    const rename = { ...advertiser, custom_audience_id: id, custom_audience_name: 'New' };
    expect(await post(vendor, '/dmp/custom_audience/update/', rename)).toMatchObject({ code: 40_002 });
    const list = `/dmp/custom_audience/list/?advertiser_id=${vendor.advertiserId}&page_size=100`;
    expect(await get(vendor, list)).toMatchObject({
      data: { list: [{ cover_num: 0 }], page_info: { total_number: 1 } },
    });
    const ids = encodeURIComponent(JSON.stringify([id]));
    expect(
      await get(
        vendor,
        `/dmp/custom_audience/get/?advertiser_id=${vendor.advertiserId}&custom_audience_ids=${ids}`,
      ),
    ).toMatchObject({ data: { list: [{ audience_details: { cover_num: 2 } }] } });
    expect(await post(vendor, '/dmp/custom_audience/update/', rename)).toMatchObject({ code: 0 });
    expect(await get(vendor, `${list}1`)).toMatchObject({ code: 40_002 });
  });

  it('reads a file of several types by its header', async () => {
    const vendor = await start();
    const text = `Email_SHA256,Phone_SHA256\n${hash('a')},\n${hash('b')},${hash('1')}\n`;
    expect(await upload(vendor, { text, type: 'MULTIPLE_TYPES', name: 'people.txt' })).toMatchObject({
      code: 0,
    });
    expect(vendor.requests.at(-1)?.rows).toBe(3);
  });
});
