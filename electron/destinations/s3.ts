import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { runStep } from '../domain/test-step.ts';
import { defineDestination, type FilePlace } from './destination.ts';
import { FILE_KIND, requireFileName } from './file-target.ts';
import { endUploadsWith, readS3Address, type S3Address, type S3Sdk } from './s3-client.ts';
import { mapS3Error, readS3Failure } from './s3-error.ts';
import { ContentFailure, readUntilAborted } from './read-until-aborted.ts';

/** S3 takes up to 10,000 parts of an object: 80 GiB at this size. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 3;

/** Writes files as objects to Amazon S3, or to any store that speaks its protocol. */
export const s3 = defineDestination({
  ...FILE_KIND,
  kind: 's3',
  label: 'S3',
  description: 'Writes files to a bucket of Amazon S3 or of a store that is compatible with it.',
  settings: [
    { key: 'bucket', label: 'Bucket', kind: 'text', required: true },
    {
      key: 'prefix',
      label: 'Folder',
      kind: 'text',
      required: false,
      placeholder: 'slipway/audiences',
      help: 'Stands before the name of each file.',
    },
    { key: 'region', label: 'Region', kind: 'text', required: true, initial: 'us-east-1' },
    {
      key: 'endpoint',
      label: 'Endpoint',
      kind: 'text',
      required: false,
      placeholder: 'https://…',
      help: 'The address of a store that is not Amazon’s. Empty for AWS.',
    },
    {
      key: 'forcePathStyle',
      label: 'Bucket in the path',
      kind: 'switch',
      required: false,
      initial: false,
      help: 'For stores that do not take the bucket as a part of the host name.',
    },
    { key: 'accessKeyId', label: 'Access key ID', kind: 'text', required: true },
    {
      key: 'secretAccessKey',
      label: 'Secret access key',
      kind: 'secret',
      required: true,
      help: 'It is kept in the keychain of this computer only.',
    },
    {
      key: 'sessionToken',
      label: 'Session token',
      kind: 'secret',
      required: false,
      help: 'Of temporary credentials, which expire.',
    },
  ],
  test: async ({ settings, secrets, signal }, onStep) => {
    const address = readS3Address(settings, secrets);
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client(address.config);
    try {
      await runStep(onStep, 'bucket', 'Find the bucket', async () => {
        await findBucket(sdk, client, address, signal);
        return 'The key is valid and may list the bucket. Whether it may write shows with the first file: a test changes nothing.';
      });
    } finally {
      client.destroy();
    }
  },
  delivery: {
    by: 'files',
    open: async ({ settings, secrets, signal }) => {
      const address = readS3Address(settings, secrets);
      signal.throwIfAborted();
      const sdk = await import('@aws-sdk/client-s3');
      return openBucket(sdk, new sdk.S3Client(address.config), address);
    },
  },
});

async function findBucket(
  sdk: S3Sdk,
  client: S3Client,
  { bucket, prefix, host }: S3Address,
  signal: AbortSignal,
): Promise<void> {
  try {
    try {
      await client.send(new sdk.HeadBucketCommand({ Bucket: bucket }), { abortSignal: signal });
    } catch (error) {
      const { status = 0 } = readS3Failure(error);
      if (status < 400 || status >= 500) throw error;
      // The answer to HEAD has no body, so that it does not tell a wrong key from a missing permission or bucket.
      const list = new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 });
      await client.send(list, { abortSignal: signal });
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw mapS3Error(error, { bucket, host, request: `HEAD ${bucket}` });
  }
}

function openBucket(sdk: S3Sdk, client: S3Client, address: S3Address): FilePlace {
  const { bucket, prefix, host } = address;
  return {
    async write(name, content, signal) {
      const key = prefix + requireFileName(name);
      const { Upload } = await import('@aws-sdk/lib-storage');
      let bytes = 0;
      let contentFailure: ContentFailure | undefined;
      async function* count(): AsyncGenerator<Uint8Array> {
        try {
          for await (const chunk of readUntilAborted(content, signal)) {
            bytes += chunk.length;
            yield chunk;
          }
        } catch (error) {
          if (error instanceof ContentFailure) contentFailure = error;
          throw error;
        }
      }
      signal.throwIfAborted();
      const upload = new Upload({
        client: endUploadsWith(sdk, client, address, signal),
        params: { Bucket: bucket, Key: key, Body: Readable.from(count(), { objectMode: false }) },
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
      });
      try {
        await upload.done();
        return bytes;
      } catch (error) {
        await removeUpload(sdk, client, { Bucket: bucket, Key: key, UploadId: upload.uploadId });
        if (signal.aborted) throw signal.reason;
        if (contentFailure !== undefined) throw contentFailure.cause;
        throw mapS3Error(error, { bucket, host, request: `PUT ${bucket}/${key}` });
      }
    },
    close: async () => client.destroy(),
  };
}

/** The upload removes itself when it fails; where a part was still on its way the store may have kept that one, and asks for a second removal. */
async function removeUpload(
  sdk: S3Sdk,
  client: S3Client,
  {
    UploadId,
    ...object
  }: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined },
): Promise<void> {
  if (UploadId === undefined) return;
  await client.send(new sdk.AbortMultipartUploadCommand({ ...object, UploadId })).catch(() => {
    // It is gone already, or the store cannot be reached: its lifecycle rules remove it then.
  });
}
