import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DeliveryState, DestinationKind } from '../../../electron/destinations/destination.ts';
import type { TestStep } from '../../../electron/domain/test-step.ts';
import { tiktokFile } from '../../../electron/destinations/tiktok-file.ts';
import { tiktok } from '../../../electron/destinations/tiktok.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import { batchOf } from '../../support/batch.ts';
import { contextOf, failureOf, never, openDelivery, startServer, type Reply } from './vendor-server.ts';

const secrets = { token: 'tt-token' };
const V = '/open_api/v1.3';
const ok = (data: unknown, code = 0): Reply => ({ json: { code, message: 'OK', request_id: 'r1', data } });
const refused = (code: number, message = 'about mary@example.com'): Reply => ({ json: { code, message } });
const NONE = ok({ list: [], page_info: { page: 1, total_page: 1 } });
const listed = (...names: string[]) =>
  ok({
    list: names.map((name, index) => ({ audience_id: String(70 + index), name })),
    page_info: { total_page: 1 },
  });
const rows = [
  ['a'.repeat(64), null],
  ['b'.repeat(64), 'c'.repeat(64)],
];

function contextTo(url: string, mode: ActivationMode, fields: string[], state?: DeliveryState) {
  return contextOf({
    settings: { baseUrl: `${url}${V}`, advertiserId: '7000' },
    secrets,
    target: { audienceName: 'Spring' },
    mode,
    fields,
    ...(state === undefined ? {} : { state }),
  });
}

const pathsOf = (seen: readonly { method: string; path: string }[]) =>
  seen.map(({ method, path }) => `${method} ${path.replace(V, '')}`);

describe('a streaming audience of TikTok', () => {
  const fields = ['EMAIL_SHA256', 'PHONE_SHA256'];
  const stream = (url: string, mode: ActivationMode = 'mirror', state?: DeliveryState) =>
    contextTo(url, mode, fields, state);

  it('is made where there is none', async () => {
    await using server = await startServer([NONE, ok({ audience_id: '99' })]);
    const context = stream(server.url);
    await openDelivery(tiktok, context);
    expect(pathsOf(server.seen)).toEqual([
      'GET /dmp/custom_audience/list/?advertiser_id=7000&page=1&page_size=100',
      'POST /segment/audience/',
    ]);
    expect(server.seen[1]?.headers['access-token']).toBe('tt-token');
    expect(JSON.parse(server.seen[1]!.body)).toEqual({
      advertiser_id: '7000',
      custom_audience_name: 'Spring',
      action: 'create',
    });
    expect(context.saved).toEqual([{ audienceId: '99' }]);
  });

  it('is found by name, and looked for again after a creation without a clear outcome', async () => {
    await using server = await startServer([NONE, { cut: true }, listed('Other', 'Spring')]);
    expect(await failureOf(openDelivery(tiktok, stream(server.url)))).toMatchObject({ kind: 'retry' });
    const context = stream(server.url);
    await openDelivery(tiktok, context);
    expect(context.saved).toEqual([{ audienceId: '71' }]);
  });

  it('is not made for a removal, under a name that TikTok would cut, or where two have it', async () => {
    await using server = await startServer([NONE, listed('Spring', 'Spring')]);
    expect(await failureOf(openDelivery(tiktok, stream(server.url, 'remove')))).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
    expect(await failureOf(openDelivery(tiktok, stream(server.url)))).toMatchObject({
      error: { code: 'SETTINGS_INVALID' },
    });
    const long = { ...stream(server.url), target: { audienceName: 'x'.repeat(71) } };
    expect(await failureOf(openDelivery(tiktok, long))).toMatchObject({
      error: { code: 'SETTINGS_INVALID' },
    });
  });

  it('keeps the place of an identifier that a person lacks', async () => {
    await using server = await startServer([ok({})]);
    const delivery = await openDelivery(tiktok, stream(server.url, 'mirror', { audienceId: '99' }));
    const reply = await delivery.send(batchOf(rows, { isLast: false }), never);
    await delivery.send(batchOf(rows.slice(1), { number: 2, op: 'remove' }), never);
    expect(pathsOf(server.seen)).toEqual(['POST /segment/mapping/', 'POST /segment/mapping/']);
    const audience_ids = ['99'];
    expect(server.seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      {
        advertiser_ids: ['7000'],
        action: 'add',
        id_schema: fields,
        batch_data: [
          [{ id: 'a'.repeat(64), audience_ids }, {}],
          [
            { id: 'b'.repeat(64), audience_ids },
            { id: 'c'.repeat(64), audience_ids },
          ],
        ],
      },
      {
        advertiser_ids: ['7000'],
        action: 'delete',
        id_schema: fields,
        batch_data: [
          [
            { id: 'b'.repeat(64), audience_ids },
            { id: 'c'.repeat(64), audience_ids },
          ],
        ],
      },
    ]);
    expect(reply).toEqual({
      rejected: [],
      exchange: { request: `POST ${server.url}${V}/segment/mapping/`, status: 200, note: 'request r1' },
    });
  });

  it('tells of a batch that was taken in part', async () => {
    await using server = await startServer([ok({}, 20001)]);
    const delivery = await openDelivery(tiktok, stream(server.url, 'add', { audienceId: '99' }));
    expect((await delivery.send(batchOf(rows), never)).rejected).toHaveLength(1);
  });

  it.each([
    [refused(40000), 'reject', 'DELIVERY_REJECTED', undefined],
    [refused(40001), 'stop', 'PERMISSION_DENIED', undefined],
    [refused(40002), 'reject', 'DELIVERY_REJECTED', undefined],
    [refused(40002, 'The audience is processing'), 'retry', 'HOST_UNREACHABLE', undefined],
    [refused(40016), 'retry', 'RATE_LIMITED', 1000],
    [refused(40100, 'Too many requests: QPS limit'), 'retry', 'RATE_LIMITED', 1000],
    [refused(40100, 'QPM limit reached'), 'retry', 'RATE_LIMITED', 300_000],
    [refused(40133, 'QPD limit reached'), 'stop', 'RATE_LIMITED', undefined],
    [refused(40102), 'stop', 'AUTH_FAILED', undefined],
    [refused(40104), 'stop', 'AUTH_FAILED', undefined],
    [refused(40105), 'stop', 'AUTH_FAILED', undefined],
    [refused(40202), 'retry', 'HOST_UNREACHABLE', undefined],
    [refused(40700), 'retry', 'HOST_UNREACHABLE', undefined],
    [refused(50000), 'retry', 'HOST_UNREACHABLE', undefined],
    [refused(51305), 'retry', 'HOST_UNREACHABLE', undefined],
    [refused(60001), 'retry', 'HOST_UNREACHABLE', undefined],
    [{ status: 502, text: '<html>' }, 'retry', 'HOST_UNREACHABLE', undefined],
    [{ status: 429, text: '' }, 'retry', 'RATE_LIMITED', 1000],
    [{ status: 404, text: 'page not found' }, 'reject', 'DELIVERY_REJECTED', undefined],
    [{ status: 200, text: '<html>' }, 'unknown', 'HOST_UNREACHABLE', undefined],
    [{ cut: true }, 'unknown', 'HOST_UNREACHABLE', undefined],
  ] as const)('answers %j: %s %s', async (reply, kind, code, afterMs) => {
    await using server = await startServer([reply]);
    const delivery = await openDelivery(tiktok, stream(server.url, 'add', { audienceId: '99' }));
    const failure = await failureOf(delivery.send(batchOf(rows), never));
    expect(failure).toMatchObject({ kind, error: { code } });
    expect(failure.afterMs).toBe(afterMs);
    expect(JSON.stringify([failure.error, failure.exchange])).not.toContain('mary');
  });
});

/** The parts of a multipart body by name: their headers and their text. */
function readForm(contentType: string, body: string) {
  const boundary = /boundary=(.+)$/.exec(contentType)![1]!;
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const [head = '', ...rest] = part.trimStart().split('\r\n\r\n');
      const name = / name="([^"]+)"/.exec(head)![1]!;
      return [name, { head, text: rest.join('\r\n\r\n').replace(/\r\n$/, '') }] as const;
    });
  return new Map(parts);
}

describe('an audience of customer files at TikTok', () => {
  async function uploadOne(fields: string[], values: (string | null)[][]) {
    await using server = await startServer([ok({ file_path: 'path/1' })]);
    const context = contextTo(server.url, 'add', fields);
    const delivery = await openDelivery(tiktokFile, context);
    await delivery.send(batchOf(values, { number: 3 }), never);
    const [seen] = server.seen;
    const form = readForm(seen!.headers['content-type']!, seen!.body);
    return { seen: seen!, form, saved: context.saved };
  }

  it('is uploaded with its MD5, an identifier a line', async () => {
    const { seen, form, saved } = await uploadOne(['EMAIL_SHA256'], [['aa'], ['bb']]);
    expect(seen).toMatchObject({ method: 'POST', path: `${V}/dmp/custom_audience/file/upload/` });
    expect(form.get('file')?.head).toMatch(
      /name="file"; filename="slipway-[0-9a-z-]+-3\.csv"\r\nContent-Type: text\/csv$/,
    );
    expect(form.get('file')?.text).toBe('aa\nbb\n');
    expect([...form.keys()].sort()).toEqual(['advertiser_id', 'calculate_type', 'file', 'file_signature']);
    expect(form.get('advertiser_id')?.text).toBe('7000');
    expect(form.get('calculate_type')?.text).toBe('EMAIL_SHA256');
    expect(form.get('file_signature')?.text).toBe(createHash('md5').update('aa\nbb\n').digest('hex'));
    expect(saved).toEqual([{ 'file-3': 'path/1', files: 3 }]);
  });

  it('has a header where several identifiers are mapped', async () => {
    const { form } = await uploadOne(
      ['EMAIL_SHA256', 'MAID_SHA256'],
      [
        ['aa', null],
        [null, 'bb'],
      ],
    );
    expect(form.get('calculate_type')?.text).toBe('MULTIPLE_TYPES');
    expect(form.get('file')?.text).toBe('Email_SHA256,MAID_SHA256\naa,\n,bb\n');
  });

  const uploads = (count: number): DeliveryState => ({
    files: count,
    ...Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`file-${index + 1}`, `p${index + 1}`]),
    ),
  });

  async function finishWith(mode: ActivationMode, state: DeliveryState, ...replies: Reply[]) {
    await using server = await startServer(replies);
    const context = contextTo(server.url, mode, ['EMAIL_SHA256'], state);
    const delivery = await openDelivery(tiktokFile, context);
    const failure = await delivery.finish!(never).then(
      () => undefined,
      (error: unknown) => error,
    );
    const posted = server.seen.filter(({ method }) => method === 'POST');
    return {
      failure,
      paths: pathsOf(posted),
      bodies: posted.map(({ body }) => JSON.parse(body) as Record<string, unknown>),
      saved: context.saved,
    };
  }

  it('is created of the files where there is none', async () => {
    const { paths, bodies, saved } = await finishWith(
      'add',
      uploads(2),
      NONE,
      ok({ custom_audience_id: '99' }),
    );
    expect(paths).toEqual(['POST /dmp/custom_audience/create/']);
    expect(bodies).toEqual([
      {
        advertiser_id: '7000',
        custom_audience_name: 'Spring',
        file_paths: ['p1', 'p2'],
        calculate_type: 'EMAIL_SHA256',
      },
    ]);
    expect(saved.at(-1)).toMatchObject({ audienceId: '99', used: 49 });
  });

  it.each([
    ['add', 'APPEND'],
    ['remove', 'REMOVE'],
    ['replace', 'REPLACE'],
  ] as const)('is updated by %s with the action %s', async (mode, action) => {
    const { paths, bodies } = await finishWith(mode, uploads(1), listed('Spring'), ok({}));
    expect(paths).toEqual(['POST /dmp/custom_audience/update/']);
    expect(bodies).toEqual([{ advertiser_id: '7000', custom_audience_id: '70', action, file_paths: ['p1'] }]);
  });

  it('is replaced by 49 files, to which the others are appended', async () => {
    const { bodies } = await finishWith('replace', uploads(50), listed('Spring'), ok({}));
    expect(bodies.map((body) => [body['action'], (body['file_paths'] as string[]).length])).toEqual([
      ['REPLACE', 49],
      ['APPEND', 1],
    ]);
  });

  it('goes on where it was while TikTok still processes the first files', async () => {
    const first = await finishWith(
      'replace',
      uploads(50),
      listed('Spring'),
      ok({}),
      refused(40002, 'audience is processing'),
    );
    expect(first.failure).toMatchObject({ kind: 'retry' });
    const second = await finishWith('replace', first.saved.at(-1)!, ok({}));
    expect(second.bodies.map((body) => [body['action'], body['file_paths']])).toEqual([['APPEND', ['p50']]]);
  });

  it('is not given its files again where a creation turns out to have worked', async () => {
    const first = await finishWith('add', uploads(1), NONE, { cut: true });
    expect(first.failure).toMatchObject({ kind: 'retry' });
    const second = await finishWith('add', first.saved.at(-1)!, listed('Spring'));
    expect(second.paths).toEqual([]);
    expect(second.saved.at(-1)).toMatchObject({ audienceId: '70', used: 49 });
  });

  it('stays as it was where no file was uploaded', async () => {
    const { failure, paths } = await finishWith('replace', {}, listed('Spring'));
    expect([failure, paths]).toEqual([undefined, []]);
  });
});

describe('the test of a TikTok advertiser', () => {
  async function testWith(kind: DestinationKind, ...replies: Reply[]) {
    await using server = await startServer(replies);
    const steps: TestStep[] = [];
    await kind.test(
      { settings: { baseUrl: server.url, advertiserId: '7000' }, secrets, signal: never },
      (step) => steps.push(step),
    );
    return pathsOf(server.seen);
  }

  it.each([tiktok, tiktokFile])('reads the user, the advertiser and the audiences ($kind)', async (kind) => {
    expect(await testWith(kind, ok({}), ok({}), NONE)).toEqual([
      'GET /user/info/',
      'GET /advertiser/info/?advertiser_ids=%5B%227000%22%5D',
      'GET /dmp/custom_audience/list/?advertiser_id=7000&page=1&page_size=10',
    ]);
  });

  it.each([
    [[refused(40105)], 'AUTH_FAILED'],
    [[ok({}), refused(40001)], 'PERMISSION_DENIED'],
    [[ok({}), ok({}), refused(40001)], 'PERMISSION_DENIED'],
  ] as const)('fails with %j: %s', async (replies, code) => {
    expect(await failureOf(testWith(tiktok, ...replies))).toMatchObject({ kind: 'stop', error: { code } });
  });
});
