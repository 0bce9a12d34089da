import { describe, expect, it, onTestFinished } from 'vitest';
import { startSparkPost, type SparkPost, type SparkPostOptions } from '../../support/vendors/sparkpost.ts';

async function start(options: SparkPostOptions = {}): Promise<SparkPost> {
  const vendor = await startSparkPost(options);
  onTestFinished(vendor.close);
  return vendor;
}

interface Called {
  readonly status: number;
  readonly body: unknown;
}

async function call(vendor: SparkPost, method: string, path: string, body?: unknown): Promise<Called> {
  const answer = await fetch(vendor.url + path, {
    method,
    headers: { authorization: vendor.apiKey, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

const mail = (recipients: unknown, more: object = {}): object => ({
  recipients,
  content: { template_id: 'welcome' },
  campaign_id: 'run-1',
  ...more,
});
const to = (email: string, more: object = {}): object => ({ address: { email }, ...more });
const errorOf = (code: string): object => ({ errors: [{ code }] });

describe('the emulator of SparkPost', () => {
  it('takes the key alone or as the user of Basic, and nothing else', async () => {
    const vendor = await start();
    const status = async (authorization: string | undefined): Promise<number> =>
      (
        await fetch(`${vendor.url}/account`, {
          headers: authorization === undefined ? {} : { authorization },
        })
      ).status;
    expect(await status(vendor.apiKey)).toBe(200);
    expect(await status(`Basic ${Buffer.from(`${vendor.apiKey}:`).toString('base64')}`)).toBe(200);
    expect(await status(`Bearer ${vendor.apiKey}`)).toBe(401);
    expect(await status('other')).toBe(401);
    expect(await status(undefined)).toBe(401);
  });

  it('refuses what the grants of the key leave out', async () => {
    const vendor = await start({ grants: ['lists-read'] });
    expect((await call(vendor, 'GET', '/recipient-lists')).status).toBe(200);
    expect(
      (await call(vendor, 'POST', '/recipient-lists', { recipients: [to('a@example.com')] })).status,
    ).toBe(403);
    expect((await call(vendor, 'GET', '/account?include=usage')).status).toBe(403);
    expect((await call(vendor, 'POST', '/transmissions', mail([to('a@example.com')]))).status).toBe(403);
    expect(vendor.mails).toEqual([]);
  });

  it('keeps a list whole: a PUT replaces it, and an empty one is refused', async () => {
    const vendor = await start();
    const made = await call(vendor, 'POST', '/recipient-lists?num_rcpt_errors=3', {
      id: 'vip',
      name: 'VIP',
      recipients: [to('a@example.com', { substitution_data: { first_name: 'Zoë' } }), to('b@example.com')],
    });
    expect(made.body).toEqual({
      results: { total_rejected_recipients: 0, total_accepted_recipients: 2, id: 'vip', name: 'VIP' },
    });
    await call(vendor, 'PUT', '/recipient-lists/vip', { recipients: [to('c@example.com')] });
    expect(vendor.lists.get('vip')?.recipients.map(({ address }) => address)).toEqual(['c@example.com']);
    const shown = await call(vendor, 'GET', '/recipient-lists/vip?show_recipients=true');
    expect(shown.body).toMatchObject({
      results: {
        name: 'VIP',
        total_accepted_recipients: 1,
        recipients: [{ address: { email: 'c@example.com' } }],
      },
    });
    expect(await call(vendor, 'PUT', '/recipient-lists/vip', { recipients: [] })).toMatchObject({
      status: 400,
      body: errorOf('5002'),
    });
    expect(await call(vendor, 'DELETE', '/recipient-lists/vip')).toEqual({ status: 200, body: {} });
    expect(await call(vendor, 'GET', '/recipient-lists/vip')).toMatchObject({
      status: 404,
      body: errorOf('1600'),
    });
  });

  it('refuses ids that it does not allow, lists that are there and lists in use', async () => {
    const vendor = await start();
    const recipients = [to('a@example.com')];
    await call(vendor, 'POST', '/recipient-lists', { id: 'vip', recipients });
    const post = async (body: object): Promise<Called> =>
      call(vendor, 'POST', '/recipient-lists', { recipients, ...body });
    expect(await post({ id: 'vip' })).toMatchObject({ status: 400, body: errorOf('5001') });
    expect(await post({ id: 'rcptlist_a' })).toMatchObject({ status: 422, body: errorOf('1300') });
    expect(await post({ id: 'é'.repeat(33) })).toMatchObject({ status: 422, body: errorOf('1300') });
    vendor.busyLists.add('vip');
    expect(await call(vendor, 'PUT', '/recipient-lists/vip', { recipients })).toMatchObject({
      status: 409,
      body: errorOf('1602'),
    });
  });

  it('answers 200 for a part that it refuses, without saying which', async () => {
    const vendor = await start();
    const sent = await call(
      vendor,
      'POST',
      '/transmissions',
      mail([to('a@example.com'), { address: { name: 'No' } }]),
    );
    expect(sent).toEqual({
      status: 200,
      body: {
        errors: [{ message: 'transmission created, but with validation errors', code: '2000' }],
        results: {
          rcpt_to_errors: [
            {
              message: 'required field is missing',
              description: 'address.email is required for each recipient',
              code: '1400',
            },
          ],
          total_rejected_recipients: 1,
          total_accepted_recipients: 1,
          id: expect.any(String) as unknown,
        },
      },
    });
    const list = await call(vendor, 'POST', '/recipient-lists', {
      recipients: [to('a@example.com'), to('no address')],
    });
    expect(list).toMatchObject({ status: 200, body: errorOf('5000') });
  });

  it('counts a mail twice that is sent twice', async () => {
    const vendor = await start();
    await call(vendor, 'POST', '/transmissions', mail([to('a@example.com'), to('b@example.com')]));
    await call(vendor, 'POST', '/transmissions/', mail([to('a@example.com')]));
    expect(vendor.countMails()).toEqual(
      new Map([
        ['a@example.com', 2],
        ['b@example.com', 1],
      ]),
    );
  });

  it('sends to a stored list', async () => {
    const vendor = await start();
    await call(vendor, 'POST', '/recipient-lists', { id: 'vip', recipients: [to('a@example.com')] });
    await call(vendor, 'POST', '/transmissions', mail({ list_id: 'vip' }));
    expect([...vendor.countMails().keys()]).toEqual(['a@example.com']);
    expect(await call(vendor, 'POST', '/transmissions', mail({ list_id: 'none' }))).toMatchObject({
      status: 422,
      body: errorOf('1603'),
    });
  });

  it.each([
    ['a template that is not there', { content: { template_id: 'none' } }, 422, '1603'],
    ['a template without a published version', { content: { template_id: 'draft' } }, 422, '2005'],
    ['no content', { content: {} }, 422, '1400'],
    ['a long campaign', { campaign_id: 'x'.repeat(65) }, 422, '1300'],
    ['a reserved key', { substitution_data: { email: 'x' } }, 422, '1300'],
    ['a start too far ahead', { options: { start_time: '2126-01-01T00:00:00Z' } }, 422, '1300'],
    ['a number beyond 32 bits', { metadata: { id: 3_000_000_000 } }, 422, '1300'],
  ])('refuses %s and sends nothing', async (_, more, status, code) => {
    const vendor = await start({
      templates: { welcome: { published: true, draft: false }, draft: { published: false, draft: true } },
    });
    expect(await call(vendor, 'POST', '/transmissions', mail([to('a@example.com')], more))).toMatchObject({
      status,
      body: errorOf(code),
    });
    expect(vendor.mails).toEqual([]);
  });

  it('refuses reserved keys of one recipient, too many recipients and too many bytes', async () => {
    const vendor = await start({ maxRecipients: 2, maxBytes: 1000 });
    const [a, b, c] = ['a', 'b', 'c'].map((name) => to(`${name}@example.com`));
    const bad = to('d@example.com', { substitution_data: { and: 1 } });
    expect(await call(vendor, 'POST', '/transmissions', mail([bad]))).toMatchObject({
      status: 400,
      body: errorOf('5002'),
    });
    expect((await call(vendor, 'POST', '/transmissions', mail([a, b, c]))).status).toBe(413);
    expect(
      (await call(vendor, 'POST', '/transmissions', mail([a], { description: 'x'.repeat(1000) }))).status,
    ).toBe(413);
    expect(vendor.mails).toEqual([]);
  });

  it('ignores fields that it does not know, and tells the tests', async () => {
    const vendor = await start();
    await call(
      vendor,
      'POST',
      '/transmissions',
      mail([to('a@example.com', { extra: 1 })], { campain_id: 'typo' }),
    );
    expect([...vendor.ignored]).toEqual(['campain_id', 'recipients[].extra']);
  });

  it('lists injections of a campaign by pages, once they are old enough', async () => {
    const vendor = await start();
    await call(vendor, 'POST', '/transmissions', mail([to('a@example.com'), to('b@example.com')]));
    await call(vendor, 'POST', '/transmissions', mail([to('c@example.com')], { campaign_id: 'run-2' }));
    vendor.delayEvents(Infinity);
    const path = '/events/message?events=injection&campaigns=run-1&per_page=1';
    expect((await call(vendor, 'GET', path)).body).toMatchObject({ results: [], total_count: 0 });
    vendor.delayEvents(0);
    expect((await call(vendor, 'GET', path)).body).toMatchObject({
      results: [{ type: 'injection', campaign_id: 'run-1', rcpt_to: 'a@example.com' }],
      total_count: 2,
      links: { next: expect.stringContaining('cursor=1') as unknown },
    });
    expect((await call(vendor, 'GET', `${path}&cursor=1`)).body).toMatchObject({
      results: [{ rcpt_to: 'b@example.com' }],
      links: {},
    });
  });

  it('refuses what is no JSON, other types, methods and paths', async () => {
    const vendor = await start();
    const post = async (type: string, body: string): Promise<number> =>
      (
        await fetch(`${vendor.url}/transmissions`, {
          method: 'POST',
          headers: { authorization: vendor.apiKey, 'content-type': type },
          body,
        })
      ).status;
    expect(await post('application/json', '{')).toBe(400);
    expect(await post('text/plain', '{}')).toBe(415);
    expect((await call(vendor, 'PUT', '/transmissions', {})).status).toBe(405);
    expect((await call(vendor, 'GET', '/no-such-thing')).status).toBe(404);
  });
});
