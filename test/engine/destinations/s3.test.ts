import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryFailure } from '../../../electron/destinations/destination.ts';
import { type FileDelivery } from '../../../electron/destinations/destination.ts';
import { s3 } from '../../../electron/destinations/s3.ts';
import type { Secrets, Settings } from '../../../electron/domain/field-spec.ts';
import { failureOf } from '../../support/delivery-failure.ts';
import { contentOf, neverAborted } from '../../support/file-content.ts';
import { findFreePort, titleWith } from '../../support/test-tools.ts';
import { findVersitygw, startVersitygw, type Versitygw } from '../../support/versitygw.ts';

const { open } = s3.delivery as FileDelivery;

const failedTest = (settings: Settings, secrets: Secrets) =>
  failureOf(() => s3.test({ settings, secrets, signal: neverAborted() }, () => undefined));

async function failedWrite(settings: Settings, secrets: Secrets): Promise<DeliveryFailure> {
  const place = await open({ settings, secrets, target: {}, signal: neverAborted() });
  const failure = await failureOf(() => place.write('a.csv', contentOf('x\n'), neverAborted()));
  await place.close();
  return failure;
}

const tool = await findVersitygw();

describe.skipIf('missing' in tool)(titleWith(tool, 'a store that checks signatures'), () => {
  let store: Versitygw;
  let settings: Settings;
  let secrets: Secrets;
  beforeAll(async () => {
    if ('missing' in tool) throw new Error(tool.missing);
    store = await startVersitygw(tool);
    const { endpoint, region, accessKeyId, secretAccessKey } = store;
    settings = { endpoint, region, accessKeyId, bucket: 'lists', forcePathStyle: true };
    secrets = { secretAccessKey };
    const credentials = { accessKeyId, secretAccessKey };
    const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials });
    await client.send(new CreateBucketCommand({ Bucket: 'lists' }));
    client.destroy();
  });
  afterAll(() => store.stop());

  it('refuses a wrong secret, which is not repeated', async () => {
    for (const failed of [failedTest, failedWrite]) {
      const failure = await failed(settings, { secretAccessKey: 'wrongsecret123' });
      expect(failure.kind).toBe('stop');
      expect(failure.error).toMatchObject({ code: 'AUTH_FAILED', where: 'settings.secretAccessKey' });
      expect(JSON.stringify([failure.error, failure.exchange])).not.toMatch(/wrongsecret|testkey/);
    }
  });

  it('refuses a key that it does not know', async () => {
    const failure = await failedTest({ ...settings, accessKeyId: 'nobody' }, secrets);
    expect(failure.error.code).toBe('AUTH_FAILED');
  });

  it('has no such bucket', async () => {
    for (const failed of [failedTest, failedWrite]) {
      const failure = await failed({ ...settings, bucket: 'missing' }, secrets);
      expect(failure.kind).toBe('stop');
      expect(failure.error).toMatchObject({ code: 'SETTINGS_INVALID', where: 'settings.bucket' });
    }
  });
});

describe('a store', () => {
  /** Answers every request alike, as S3 documents its errors; counts them. */
  async function startAnswering(
    status: number,
    code: string,
  ): Promise<{ server: Server; settings: Settings; count: () => number }> {
    let requests = 0;
    const server = createServer((request, response) => {
      requests += 1;
      request.resume().on('end', () => {
        response.writeHead(status, { 'Content-Type': 'application/xml' });
        response.end(
          request.method === 'HEAD'
            ? ''
            : `<Error><Code>${code}</Code><Message>for testkey</Message></Error>`,
        );
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    return {
      server,
      settings: { endpoint, bucket: 'lists', accessKeyId: 'testkey', forcePathStyle: true },
      count: () => requests,
    };
  }

  const secrets = { secretAccessKey: 'testsecret123' };

  it.each([
    [403, 'AccessDenied', 'stop', 'PERMISSION_DENIED'],
    [400, 'ExpiredToken', 'stop', 'AUTH_FAILED'],
    [403, 'RequestTimeTooSkewed', 'stop', 'AUTH_FAILED'],
    [400, 'AuthorizationHeaderMalformed', 'stop', 'SETTINGS_INVALID'],
    [507, 'XMinioStorageFull', 'stop', 'TARGET_UNWRITABLE'],
    [400, 'InvalidArgument', 'stop', 'DELIVERY_REJECTED'],
    [503, 'SlowDown', 'retry', 'RATE_LIMITED'],
    [500, 'InternalError', 'retry', 'HOST_UNREACHABLE'],
  ])('answers %s %s: %s, %s', async (status, code, kind, mapped) => {
    const { server, settings, count } = await startAnswering(status, code);
    try {
      const failure = await failedWrite(settings, secrets);
      expect(failure.kind).toBe(kind);
      expect(failure.error.code).toBe(mapped);
      expect(JSON.stringify([failure.error, failure.exchange])).not.toContain('testkey');
      if (mapped !== 'SETTINGS_INVALID') expect(failure.exchange?.request).toBe('PUT lists/a.csv');
      // The SDK has tried again by itself where that may help.
      if (kind === 'retry') expect(count()).toBeGreaterThan(1);
    } finally {
      server.close();
    }
  });

  it('names the grants that are missing', async () => {
    const { server, settings } = await startAnswering(403, 'AccessDenied');
    try {
      expect((await failedTest(settings, secrets)).error.help).toMatch(/s3:PutObject.*s3:ListBucket/);
    } finally {
      server.close();
    }
  });

  it('is not there: it may be tried again', async () => {
    const endpoint = `http://127.0.0.1:${await findFreePort()}`;
    const settings = { endpoint, bucket: 'lists', accessKeyId: 'testkey', forcePathStyle: true };
    const failure = await failedTest(settings, secrets);
    expect(failure.kind).toBe('retry');
    expect(failure.error.code).toBe('HOST_UNREACHABLE');
  });

  it('is not asked with settings that cannot be right', async () => {
    const right = { endpoint: '', bucket: 'lists', accessKeyId: 'testkey' };
    const where = async (changed: Settings, given: Secrets = secrets) =>
      (await failedTest({ ...right, ...changed }, given)).error.where;
    expect(await where({ endpoint: 'http://store.example.com' })).toBe('settings.endpoint');
    expect(await where({ bucket: 's3://lists/a' })).toBe('settings.bucket');
    expect(await where({ accessKeyId: '' })).toBe('settings.accessKeyId');
    expect(await where({}, {})).toBe('settings.secretAccessKey');
  });
});
