import { DeliveryFailure, type Exchange } from './destination.ts';
import { failDelivery, invalidSetting, outOfOrder, slowDown } from './failure.ts';

/** What an S3 error is read for; its message is not, since it may repeat keys and names. */
interface S3Failure {
  /** The error code of S3, or the system's. */
  readonly code: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
}

/** What errors say of the place. */
export interface S3Named {
  readonly bucket: string;
  readonly host: string;
  /** Method and object, without query. */
  readonly request: string;
}

/** Error codes of S3: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const BAD_KEY = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'NotSignedUp',
  'InvalidSecurity',
  // versitygw's own name for an unknown key.
  'XAdminUserNotFound',
]);
const BAD_TOKEN = new Set(['ExpiredToken', 'InvalidToken', 'TokenRefreshRequired']);
const OTHER_REGION = new Set([
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);
const SLOW = new Set(['SlowDown', 'TooManyRequests', 'ThrottlingException', 'RequestLimitExceeded']);
const FULL = new Set(['QuotaExceeded', 'EntityTooLarge', 'XMinioStorageFull', 'InsufficientStorage']);

/** Reads an error of the SDK. */
export function readS3Failure(error: unknown): S3Failure {
  const metadata = valueOf(error, '$metadata');
  const status = valueOf(metadata, 'httpStatusCode');
  const requestId = valueOf(metadata, 'requestId');
  const own = valueOf(error, 'Code') ?? valueOf(error, 'code') ?? valueOf(error, 'name');
  return {
    code: typeof own === 'string' ? own : '',
    status: typeof status === 'number' ? status : undefined,
    requestId: typeof requestId === 'string' ? requestId : undefined,
  };
}

/** Maps an error of the SDK. An object is the same under its key, so that a lost connection may be tried again. */
export function mapS3Error(error: unknown, named: S3Named): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const { code, status, requestId } = readS3Failure(error);
  const { bucket, host } = named;
  const exchange: Exchange = {
    request: named.request,
    status: status ?? (code === '' ? 'no answer' : code),
    ...(requestId === undefined ? {} : { note: `request ${requestId}` }),
  };
  if (BAD_KEY.has(code)) {
    return failDelivery(
      'stop',
      'AUTH_FAILED',
      `The store refuses the access key (${code}): the key or its secret is wrong or was removed.`,
      'Create a new access key and enter both of its parts.',
      { exchange, where: 'settings.secretAccessKey' },
    );
  }
  if (BAD_TOKEN.has(code)) {
    return failDelivery(
      'stop',
      'AUTH_FAILED',
      `The store refuses the session token (${code}).`,
      'Get new temporary credentials, or leave the token empty for a lasting key.',
      { exchange, where: 'settings.sessionToken' },
    );
  }
  if (code === 'RequestTimeTooSkewed') {
    return failDelivery(
      'stop',
      'AUTH_FAILED',
      'The store refuses the signature: the clock of this computer is wrong.',
      'Set the clock, then try again.',
      { exchange },
    );
  }
  if (OTHER_REGION.has(code) || status === 301) {
    return invalidSetting(
      'settings.region',
      `The bucket “${bucket}” is in another region.`,
      'Correct the region in the destination.',
    );
  }
  if (code === 'NoSuchBucket' || code === 'InvalidBucketName' || status === 404) {
    return invalidSetting(
      'settings.bucket',
      `The store has no bucket “${bucket}”.`,
      'Create the bucket, or correct its name in the destination.',
    );
  }
  if (SLOW.has(code) || status === 429) return slowDown('The store', undefined, exchange);
  if (FULL.has(code) || status === 507) {
    return failDelivery(
      'stop',
      'TARGET_UNWRITABLE',
      `The bucket “${bucket}” takes no more: its quota or its disk is full.`,
      'Raise the quota or free some space, then run again.',
      { exchange },
    );
  }
  if (status === 403 || status === 401) {
    return failDelivery(
      'stop',
      'PERMISSION_DENIED',
      `The access key does not allow this in the bucket “${bucket}”.`,
      'Grant s3:PutObject and s3:AbortMultipartUpload on its objects, and s3:ListBucket on the bucket for the test.',
      { exchange },
    );
  }
  if (status !== undefined && status >= 500) return outOfOrder('The store', String(status), exchange);
  if (status !== undefined && status >= 400) {
    return failDelivery(
      'stop',
      'DELIVERY_REJECTED',
      `The store refuses the request (${code === '' ? status : code}).`,
      'Check the endpoint, the bucket and its policies.',
      { exchange },
    );
  }
  return unreachable(code, host, exchange);
}

function unreachable(code: string, host: string, exchange: Exchange): DeliveryFailure {
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code)) {
    return failDelivery(
      'stop',
      'HOST_UNREACHABLE',
      `The certificate of “${host}” is not trusted (${code}).`,
      'Check the endpoint, and the certificate of the store.',
      { exchange, where: 'settings.endpoint' },
    );
  }
  const why =
    code === 'ECONNREFUSED'
      ? 'it refuses connections'
      : code === 'ENOTFOUND'
        ? 'no such host name is known'
        : code === 'TimeoutError' || code === 'ETIMEDOUT'
          ? 'it does not answer'
          : 'the connection was lost';
  return failDelivery(
    'retry',
    'HOST_UNREACHABLE',
    `“${host}” cannot be reached: ${why}.`,
    'Check the endpoint, the region and the network, then try again.',
    { exchange, where: 'settings.endpoint' },
  );
}

function valueOf(owner: unknown, key: string): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, key) : undefined;
}
