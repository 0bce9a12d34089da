import type * as Sdk from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Secrets, Settings } from '../domain/field-spec.ts';
import { invalidSetting } from './failure.ts';
import { readSwitch, readText, requireSecret } from './read-settings.ts';
import { readSafeAddress } from './safe-address.ts';

/** The SDK, which is loaded when it is needed first. */
export type S3Sdk = typeof Sdk;

/** Where objects go, and how requests are signed. */
export interface S3Address {
  readonly bucket: string;
  /** Before each name: empty, or with a slash at its end. */
  readonly prefix: string;
  /** For errors: the host of the endpoint, or AWS with its region. */
  readonly host: string;
  readonly config: Sdk.S3ClientConfig;
}

const CONNECT_WITHIN_MS = 15_000;
/** A part of 8 MiB passes in this time at half a megabit a second. */
const ANSWER_WITHIN_MS = 150_000;
const ATTEMPTS = 5;

/** Reads the account. @throws DeliveryFailure SETTINGS_INVALID naming the field */
export function readS3Address(settings: Settings, secrets: Secrets): S3Address {
  const bucket = readText(settings, 'bucket');
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9]$/.test(bucket)) {
    throw invalidSetting(
      'settings.bucket',
      bucket === '' ? 'The bucket is missing.' : 'The bucket is not a name that a bucket can have.',
      'Enter the name of the bucket alone, without s3:// and without folders.',
    );
  }
  const region = readText(settings, 'region', 'us-east-1');
  const endpoint = readEndpoint(readText(settings, 'endpoint'));
  const prefix = readText(settings, 'prefix').replace(/^\/+|\/+$/g, '');
  const sessionToken = (secrets['sessionToken'] ?? '').trim();
  return {
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    host: endpoint?.host ?? `AWS ${region}`,
    config: {
      region,
      ...(endpoint === undefined ? {} : { endpoint: endpoint.href }),
      forcePathStyle: readSwitch(settings, 'forcePathStyle', false),
      credentials: {
        accessKeyId: requireAccessKey(settings),
        secretAccessKey: requireSecret(secrets, 'secretAccessKey', 'The secret access key'),
        ...(sessionToken === '' ? {} : { sessionToken }),
      },
      maxAttempts: ATTEMPTS,
      requestHandler: { connectionTimeout: CONNECT_WITHIN_MS, requestTimeout: ANSWER_WITHIN_MS },
      // Many stores beside AWS refuse the checksums that the SDK adds of itself since 3.729.
      ...(endpoint === undefined
        ? {}
        : { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' }),
    },
  };
}

/**
 * A client whose uploads of parts end with the signal. Other requests do not: what an upload has begun must still be completed or removed.
 * `base` keeps the connections, and is the one to destroy.
 */
export function endUploadsWith(
  sdk: S3Sdk,
  base: Sdk.S3Client,
  address: S3Address,
  signal: AbortSignal,
): Sdk.S3Client {
  const inner = base.config.requestHandler;
  const handle: typeof inner.handle = (request, options) =>
    inner.handle(request, isUpload(request) ? { ...options, abortSignal: signal } : options);
  return new sdk.S3Client({ ...address.config, requestHandler: { handle } });
}

const Put = z.object({ method: z.literal('PUT') });

function isUpload(request: unknown): boolean {
  return Put.safeParse(request).success;
}

function readEndpoint(text: string): URL | undefined {
  if (text === '') return undefined;
  const url = readSafeAddress(text);
  if (url !== undefined) return url;
  throw invalidSetting(
    'settings.endpoint',
    'The endpoint is not an address of the form https://….',
    'Enter the address of the store. Plain http:// is for stores on this computer only.',
  );
}

function requireAccessKey(settings: Settings): string {
  const key = readText(settings, 'accessKeyId');
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw invalidSetting(
    'settings.accessKeyId',
    key === '' ? 'The access key is missing.' : 'The access key holds blanks or letters that no key has.',
    'Copy it again from the console of the store.',
  );
}
