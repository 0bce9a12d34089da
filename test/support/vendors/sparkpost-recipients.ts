import { byteLength, isList, isObject, unknownKeys, type JsonObject } from './json-shape.ts';

/** A recipient that the vendor accepts. */
export interface Recipient {
  readonly address: string;
  readonly metadata: JsonObject;
  readonly substitution: JsonObject;
}

/** Why one recipient is refused, as `rcpt_to_errors` words it. */
export interface RecipientError {
  readonly message: string;
  readonly description: string;
  readonly code: string;
}

const RECIPIENT_KEYS = ['address', 'return_path', 'tags', 'metadata', 'substitution_data'];
const ADDRESS_KEYS = ['email', 'name', 'header_to'];

/** Words of the template language that no substitution key may be (SparkPost, template-language.apib). */
const RESERVED = new Set(
  (
    'address email email_id env_from return_path and break do else elseif end false for function if local nil not or ' +
    'each return then true until while'
  ).split(' '),
);

/** Why this object cannot be substitution data or metadata, or undefined. */
export function checkSubstitution(value: unknown, what: string, maxBytes: number): string | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) return `${what} must be an object`;
  if (byteLength(JSON.stringify(value)) > maxBytes) return `${what} exceeds the maximum length`;
  for (const key of Object.keys(value)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) || RESERVED.has(key))
      return `${what} has a key that is not allowed`;
  }
  return hasBigNumber(value) ? `${what} has a number beyond 32 bits` : undefined;
}

/** Why this object cannot be metadata, or undefined. */
export function checkMetadata(value: unknown, maxBytes: number): string | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) return 'metadata must be an object';
  if (byteLength(JSON.stringify(value)) > maxBytes) return 'metadata exceeds the maximum length';
  return hasBigNumber(value) ? 'metadata has a number beyond 32 bits' : undefined;
}

/** Numbers of this API are signed 32-bit integers (index.apib); fractions are left to the template. */
function hasBigNumber(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) > 2_147_483_647;
  if (isList(value)) return value.some(hasBigNumber);
  return isObject(value) && Object.values(value).some(hasBigNumber);
}

const ADDRESS =
  /^[^\s@,;<>()"\\]+@[A-Za-z0-9\u0080-\uffff](?:[A-Za-z0-9\u0080-\uffff-]*\.)+[A-Za-z0-9\u0080-\uffff-]{2,}$/;

function refuse(description: string, message = 'invalid data format/type', code = '1300'): RecipientError {
  return { message, description, code };
}

/**
 * Reads one recipient as the API does.
 * @param ignore is told of every field that the API does not know, which it would ignore.
 */
export function readRecipient(value: unknown, ignore: (field: string) => void): Recipient | RecipientError {
  if (!isObject(value)) return refuse('each recipient must be an object');
  for (const key of unknownKeys(value, RECIPIENT_KEYS)) ignore(`recipients[].${key}`);
  const { address, tags } = value;
  if (isObject(address))
    for (const key of unknownKeys(address, ADDRESS_KEYS)) ignore(`recipients[].address.${key}`);
  const email = isObject(address) ? address['email'] : address;
  if (email === undefined || email === '') {
    return refuse('address.email is required for each recipient', 'required field is missing', '1400');
  }
  if (typeof email !== 'string' || !ADDRESS.test(email))
    return refuse('address.email is not a valid email address');
  if (isObject(address) && address['name'] !== undefined && typeof address['name'] !== 'string') {
    return refuse('address.name must be a string');
  }
  if (tags !== undefined) {
    if (!isList(tags)) return refuse('tags must be an array');
    if (tags.length > 10) ignore('recipients[].tags[10]');
  }
  const metadata = value['metadata'];
  const substitution = value['substitution_data'];
  const wrong =
    checkMetadata(metadata, 10_240) ?? checkSubstitution(substitution, 'substitution_data', 102_400);
  if (wrong !== undefined) return refuse(wrong);
  return {
    address: email,
    metadata: isObject(metadata) ? metadata : {},
    substitution: isObject(substitution) ? substitution : {},
  };
}

/** True for an accepted recipient. */
export function isAccepted(recipient: Recipient | RecipientError): recipient is Recipient {
  return !('code' in recipient);
}

/** True for a refused one. */
export function isRefused(recipient: Recipient | RecipientError): recipient is RecipientError {
  return 'code' in recipient;
}
