import { byteLength, isList, isObject, unknownKeys, type JsonObject } from './json-shape.ts';
import { sparkPostError } from './sparkpost-errors.ts';
import { isAccepted, isRefused, readRecipient, type Recipient } from './sparkpost-recipients.ts';
import type { VendorAnswer } from './vendor-server.ts';

/** A stored recipient list. */
export interface RecipientList {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: JsonObject;
  readonly recipients: readonly Recipient[];
}

/** What the list endpoints work on. */
export interface ListWorld {
  readonly lists: Map<string, RecipientList>;
  /** Lists that a transmission draws on at the moment: they can be neither changed nor deleted. */
  readonly busy: ReadonlySet<string>;
  readonly maxRecipients: number;
  readonly ignore: (field: string) => void;
  readonly nextId: () => string;
}

const LIST_KEYS = ['id', 'name', 'description', 'attributes', 'recipients'];

const wrongType = (description: string): VendorAnswer =>
  sparkPostError(422, '1300', 'invalid data format/type', description);
const absent = (id: string): VendorAnswer =>
  sparkPostError(404, '1600', 'resource not found', `List '${id}' does not exist`);

function summarize({ id, name, description, attributes, recipients }: RecipientList): JsonObject {
  return { id, name, description, attributes, total_accepted_recipients: recipients.length };
}

/** Writes a list whole, as both POST and PUT do. `before` is the list that is replaced. */
function writeList(
  body: JsonObject,
  id: string,
  before: RecipientList | undefined,
  limit: string | null,
  world: ListWorld,
): VendorAnswer {
  for (const key of unknownKeys(body, LIST_KEYS)) world.ignore(key);
  const {
    name = before?.name ?? id,
    description = before?.description ?? '',
    attributes = before?.attributes ?? {},
  } = body;
  if (id.startsWith('rcptlist_')) return wrongType(`List id '${id}' cannot start with 'rcptlist_'`);
  if (byteLength(id) > 64) return wrongType('id must be at most 64 bytes');
  if (typeof name !== 'string' || byteLength(name) > 64) return wrongType('name must be at most 64 bytes');
  if (typeof description !== 'string' || byteLength(description) > 1024) {
    return wrongType('description must be at most 1024 bytes');
  }
  if (!isObject(attributes)) return wrongType('attributes must be an object');
  const given = body['recipients'];
  if (!isList(given))
    return sparkPostError(422, '1400', 'required field is missing', 'recipients is required');
  if (given.length > world.maxRecipients) return sparkPostError(413, '1300', 'Request Entity Too Large');
  const read = given.map((each) => readRecipient(each, world.ignore));
  const errors = read.filter(isRefused);
  const recipients = read.filter(isAccepted);
  if (recipients.length === 0) {
    return { ...sparkPostError(400, '5002', 'At least one valid recipient is required'), rows: given.length };
  }
  world.lists.set(id, { id, name, description, attributes, recipients });
  return {
    status: 200,
    rows: given.length,
    json: {
      ...(errors.length === 0
        ? {}
        : { errors: [{ message: 'recipient list created, but with validation errors', code: '5000' }] }),
      results: {
        ...(errors.length === 0
          ? {}
          : { rcpt_to_errors: limit === null ? errors : errors.slice(0, Number(limit)) }),
        total_rejected_recipients: errors.length,
        total_accepted_recipients: recipients.length,
        id,
        name,
      },
    },
  };
}

/** Answers `POST /recipient-lists`. */
export function createList(body: JsonObject, limit: string | null, world: ListWorld): VendorAnswer {
  const id = body['id'] ?? world.nextId();
  if (typeof id !== 'string' || id === '') return wrongType('id must be a string');
  if (world.lists.has(id))
    return sparkPostError(400, '5001', 'List already exists', `List '${id}' already exists`);
  return writeList(body, id, undefined, limit, world);
}

/** Answers `PUT /recipient-lists/{id}`, which replaces the list whole. */
export function replaceList(
  id: string,
  body: JsonObject,
  limit: string | null,
  world: ListWorld,
): VendorAnswer {
  const before = world.lists.get(id);
  if (before === undefined) return absent(id);
  if (body['id'] !== undefined && body['id'] !== id) {
    return wrongType('List id does not match the list being updated');
  }
  if (world.busy.has(id)) return busyList(id);
  return writeList(body, id, before, limit, world);
}

function busyList(id: string): VendorAnswer {
  return sparkPostError(409, '1602', 'resource conflict', `List '${id}' is in use by msg generation`);
}

/** Answers `DELETE /recipient-lists/{id}`. */
export function deleteList(id: string, world: ListWorld): VendorAnswer {
  if (!world.lists.has(id)) return absent(id);
  if (world.busy.has(id)) return busyList(id);
  world.lists.delete(id);
  return { status: 200, json: {} };
}

/** Answers `GET /recipient-lists/{id}`, with its recipients where they are asked for. */
export function showList(id: string, withRecipients: boolean, world: ListWorld): VendorAnswer {
  const list = world.lists.get(id);
  if (list === undefined) return absent(id);
  const recipients = list.recipients.map(({ address, metadata, substitution }) => ({
    address: { email: address },
    metadata,
    substitution_data: substitution,
  }));
  return {
    status: 200,
    json: { results: { ...summarize(list), ...(withRecipients ? { recipients } : {}) } },
  };
}

/** Answers `GET /recipient-lists`: all of them at once, without their recipients. */
export function listLists(world: ListWorld): VendorAnswer {
  return { status: 200, json: { results: [...world.lists.values()].map(summarize) } };
}
