import {
  isDigest,
  isList,
  isObject,
  isTextList,
  textOf,
  unknownKeys,
  type JsonObject,
} from './json-shape.ts';
import { tikTokOk, wrongParameter } from './tiktok-answers.ts';
import type { VendorAnswer } from './vendor-server.ts';

/** An audience that is filled by streaming. */
export interface Segment {
  readonly id: string;
  readonly name: string;
  /** Identifiers such as `EMAIL_SHA256:<hash>`. */
  readonly members: Set<string>;
}

/** What the streaming endpoints work on. */
export interface SegmentWorld {
  readonly advertiserId: string;
  readonly segments: Map<string, Segment>;
  readonly maxRows: number;
  readonly nextId: () => string;
}

const SCHEMAS = ['IDFA_MD5', 'AAID_MD5', 'IDFA_SHA256', 'AAID_SHA256', 'EMAIL_SHA256', 'PHONE_SHA256'];

/** Answers `POST /segment/audience/`. */
export function changeSegment(body: JsonObject, world: SegmentWorld): VendorAnswer {
  const known = ['advertiser_id', 'custom_audience_name', 'action', 'delete_audience_id'];
  if (unknownKeys(body, known).length > 0) return wrongParameter('Unknown parameter.');
  if (body['advertiser_id'] !== world.advertiserId)
    return wrongParameter('advertiser_id: Not a valid advertiser.');
  if (body['action'] === 'delete') {
    const id = textOf(body['delete_audience_id']);
    return world.segments.delete(id)
      ? tikTokOk({ audience_id: id })
      : wrongParameter('delete_audience_id: Not found.');
  }
  const name = body['custom_audience_name'];
  if (body['action'] !== 'create') return wrongParameter('action: Not a valid choice.');
  if (typeof name !== 'string' || name === '') return wrongParameter('custom_audience_name: Missing data.');
  const segment: Segment = {
    id: world.nextId(),
    // Longer names are cut without an error.
    name: name.length > 70 ? `${name.slice(0, 67)}...` : name,
    members: new Set(),
  };
  world.segments.set(segment.id, segment);
  return tikTokOk({ audience_id: segment.id });
}

interface Mapped {
  readonly identifier: string;
  readonly segments: readonly Segment[];
}

/** Reads one identifier of a row: `{}` where the person has none of this type; undefined where it is refused. */
function readIdentifier(
  type: string,
  cell: unknown,
  { segments }: SegmentWorld,
): Mapped | 'none' | undefined {
  if (!isObject(cell) || unknownKeys(cell, ['id', 'audience_ids']).length > 0) return undefined;
  if (Object.keys(cell).length === 0) return 'none';
  const { id, audience_ids: audienceIds } = cell;
  if (!isDigest(id, type.endsWith('_MD5') ? 32 : 64)) return undefined;
  if (!isTextList(audienceIds) || audienceIds.length === 0) return undefined;
  const found = audienceIds.map((each) => segments.get(each));
  if (!found.every((each) => each !== undefined)) return undefined;
  return { identifier: `${type}:${textOf(id)}`, segments: found };
}

function readRows(
  types: readonly string[],
  rows: readonly unknown[],
  world: SegmentWorld,
): readonly Mapped[] | undefined {
  const mapped: Mapped[] = [];
  for (const row of rows) {
    if (!isList(row) || row.length !== types.length) return undefined;
    let isEmpty = true;
    for (const [at, type] of types.entries()) {
      const cell = readIdentifier(type, row[at], world);
      if (cell === undefined) return undefined;
      if (cell === 'none') continue;
      isEmpty = false;
      mapped.push(cell);
    }
    if (isEmpty) return undefined;
  }
  return mapped;
}

/** Answers `POST /segment/mapping/`: positions of each row follow `id_schema`. */
export function mapSegment(body: JsonObject, world: SegmentWorld): VendorAnswer {
  if (unknownKeys(body, ['advertiser_ids', 'action', 'id_schema', 'batch_data']).length > 0) {
    return wrongParameter('Unknown parameter.');
  }
  const { advertiser_ids: advertisers, action, id_schema: types, batch_data: rows } = body;
  if (!isTextList(advertisers) || advertisers.length !== 1 || advertisers[0] !== world.advertiserId) {
    return wrongParameter('advertiser_ids: Not a valid advertiser.');
  }
  if (action !== 'add' && action !== 'delete') return wrongParameter('action: Not a valid choice.');
  if (!isTextList(types) || types.length === 0 || !types.every((type) => SCHEMAS.includes(type))) {
    return wrongParameter('id_schema: Not a valid choice.');
  }
  if (new Set(types).size < types.length) return wrongParameter('id_schema: Duplicate values.');
  if (!isList(rows) || rows.length === 0) return wrongParameter('batch_data: Missing data.');
  if (rows.length > world.maxRows)
    return { ...wrongParameter('batch_data: Too many items.'), rows: rows.length };
  const mapped = readRows(types, rows, world);
  if (mapped === undefined) return { ...wrongParameter('batch_data: Not a valid item.'), rows: rows.length };
  for (const { identifier, segments } of mapped) {
    for (const { members } of segments) {
      if (action === 'add') members.add(identifier);
      else members.delete(identifier);
    }
  }
  return { ...tikTokOk(), rows: rows.length };
}
