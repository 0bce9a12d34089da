import { graphError } from './facebook-errors.ts';
import {
  isDigest,
  isList,
  isObject,
  isTextList,
  parseJson,
  unknownKeys,
  type JsonObject,
} from './json-shape.ts';
import type { VendorAnswer } from './vendor-server.ts';

/** A person as one row names them: identifiers such as `EMAIL:<hash>`. */
export type PersonRow = readonly string[];

/** The rows of a payload: those that name a person, and how many do not. */
export interface ReadPayload {
  readonly people: readonly PersonRow[];
  readonly invalid: number;
  readonly received: number;
}

const HASHED = 'EMAIL PHONE GEN DOBY DOBM DOBD LN FN FI ST CT ZIP COUNTRY'.split(' ');
const PLAIN = ['MADID', 'EXTERN_ID', 'LOOKALIKE_VALUE'];
const LIMITED_USE = [
  'DATA_PROCESSING_OPTIONS',
  'DATA_PROCESSING_OPTIONS_COUNTRY',
  'DATA_PROCESSING_OPTIONS_STATE',
];
/** Keys that find a person alone; names and places only help. */
const IDENTIFIERS = new Set(['EMAIL', 'PHONE', 'MADID', 'EXTERN_ID']);
/** Schemas of a single key, given as a text. */
const SINGLE: Readonly<Record<string, string>> = {
  EMAIL_SHA256: 'EMAIL',
  PHONE_SHA256: 'PHONE',
  MOBILE_ADVERTISER_ID: 'MADID',
};
const PAYLOAD_KEYS = ['schema', 'data', 'is_raw', 'app_ids', 'page_ids', 'ig_account_ids', 'data_source'];
const DEVICE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const parameter = (message: string): VendorAnswer => graphError(100, undefined, message);

function readSchema(
  schema: unknown,
  isReplace: boolean,
  isValueBased: boolean,
): readonly string[] | VendorAnswer {
  if (typeof schema === 'string') {
    const key = SINGLE[schema];
    return key === undefined ? parameter('Invalid schema') : [key];
  }
  if (!isTextList(schema) || schema.length === 0)
    return parameter('Param payload[schema] must be an array of strings');
  if (new Set(schema).size < schema.length) return parameter('Param payload[schema] has a key twice');
  const known = [...HASHED, ...PLAIN, ...LIMITED_USE];
  if (schema.some((key) => !known.includes(key)))
    return parameter('Param payload[schema] has an unknown key');
  // The guide's list of keys for a replace leaves it out.
  if (isReplace && schema.includes('EXTERN_ID')) return parameter('EXTERN_ID cannot be used in a replace');
  if (!isValueBased && schema.includes('LOOKALIKE_VALUE'))
    return parameter('The audience is not value based');
  return schema;
}

/** Whether a value has the form that its key asks for; an empty text stands for an unknown value. */
function isWellFormed(key: string, value: unknown): boolean {
  if (key === 'DATA_PROCESSING_OPTIONS') return isList(value) && value.every((item) => item === 'LDU');
  if (LIMITED_USE.includes(key)) return typeof value === 'number';
  if (key === 'LOOKALIKE_VALUE') return Number(value) >= 0;
  if (value === '') return true;
  if (key === 'MADID') return typeof value === 'string' && DEVICE.test(value);
  if (key === 'EXTERN_ID') return typeof value === 'string';
  return isDigest(value, 64);
}

function readRow(schema: readonly string[], row: readonly unknown[]): PersonRow | undefined {
  const person: string[] = [];
  for (const [at, key] of schema.entries()) {
    const value = row[at];
    if (!isWellFormed(key, value)) return undefined;
    if (IDENTIFIERS.has(key) && typeof value === 'string' && value !== '') person.push(`${key}:${value}`);
  }
  return person.length === 0 ? undefined : person;
}

/**
 * Reads the payload of `users` and `usersreplace`. A schema, a row of another length or too many rows refuse the call whole; a row with a
 * value in a wrong form only counts as invalid.
 */
export function readPayload(
  payload: unknown,
  { isReplace, isValueBased, maxRows }: { isReplace: boolean; isValueBased: boolean; maxRows: number },
): ReadPayload | VendorAnswer {
  if (!isObject(payload)) return parameter('Missing parameter(s): payload');
  if (unknownKeys(payload, PAYLOAD_KEYS).length > 0) return parameter('Param payload has an unknown key');
  const schema = readSchema(payload['schema'], isReplace, isValueBased);
  if ('status' in schema) return schema;
  const data = payload['data'];
  if (!isList(data) || data.length === 0) return parameter('Param payload[data] must be a non-empty array');
  if (data.length > maxRows) {
    return {
      ...graphError(105, undefined, 'The number of parameters exceeded the maximum'),
      rows: data.length,
    };
  }
  const isSingle = typeof payload['schema'] === 'string';
  const people: PersonRow[] = [];
  for (const item of data) {
    const row = isSingle && typeof item === 'string' ? [item] : item;
    if (!isList(row) || row.length !== schema.length)
      return parameter('A row of payload[data] does not fit the schema');
    const person = readRow(schema, row);
    if (person !== undefined) people.push(person);
  }
  return { people, invalid: data.length - people.length, received: data.length };
}

/** Params that come as JSON or as a form whose structured values are JSON texts. */
export function readParams(type: string, body: Buffer): JsonObject | undefined {
  const text = body.toString('utf8');
  if (text === '') return {};
  if (/^application\/json\b/.test(type)) {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  }
  if (!/^application\/x-www-form-urlencoded\b/.test(type)) return undefined;
  return Object.fromEntries(
    [...new URLSearchParams(text)].map(([key, value]) => [
      key,
      /^[[{]/.test(value) ? (parseJson(value) ?? value) : value,
    ]),
  );
}
