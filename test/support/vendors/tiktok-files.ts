import { createHash } from 'node:crypto';
import { isDigest, isTextList, parseJson, textOf, unknownKeys, type JsonObject } from './json-shape.ts';
import { readMultipart } from './multipart.ts';
import { tikTokError, tikTokOk, wrongParameter } from './tiktok-answers.ts';
import type { Segment } from './tiktok-segments.ts';
import type { VendorAnswer, VendorRequest } from './vendor-server.ts';

/** An audience made of files. */
export interface FileAudience {
  readonly id: string;
  name: string;
  readonly type: string;
  /** Identifiers such as `EMAIL_SHA256:<hash>`. */
  members: Set<string>;
  /** Reads for which the audience is still being processed. */
  settling: number;
  readonly history: string[];
}

interface UploadedFile {
  readonly type: string;
  readonly identifiers: ReadonlySet<string>;
}

/** What the file endpoints work on. */
export interface FileWorld {
  readonly advertiserId: string;
  readonly audiences: Map<string, FileAudience>;
  readonly segments: ReadonlyMap<string, Segment>;
  readonly files: Map<string, UploadedFile>;
  readonly maxFileBytes: number;
  /** An update fails that leaves fewer identifiers. */
  readonly minimumSize: number;
  readonly settleReads: number;
  readonly nextId: () => string;
}

/** Enumeration of the uploads (TikTok, dmp_custom_audience_file_upload.yml); MAID types are not taken by a create. */
const UPLOAD_TYPES = [
  ...[
    'EMAIL_SHA256',
    'PHONE_SHA256',
    'IDFA_MD5',
    'IDFA_SHA256',
    'GAID_MD5',
    'GAID_SHA256',
    'MAID_MD5',
    'MAID_SHA256',
  ],
  ...['FIRST_MD5', 'FIRST_SHA256', 'MULTIPLE_TYPES'],
];
const CREATE_TYPES = UPLOAD_TYPES.filter((type) => !type.startsWith('MAID_'));
const COLUMNS = ['email', 'email_sha256', 'phone', 'phone_sha256', 'maid', 'maid_md5', 'maid_sha256'];

const badFile = (message: string): VendorAnswer => tikTokError(40_909, message);

/** The identifiers of a file of several types: each column's name says what it holds. */
function readColumns(lines: readonly string[]): ReadonlySet<string> | undefined {
  const columns = (lines[0] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const isKnown = columns.every((name) => COLUMNS.includes(name));
  if (!isKnown || columns.some((name) => columns.filter((each) => each === name).length > 3))
    return undefined;
  const found = new Set<string>();
  for (const line of lines.slice(1)) {
    const cells = line.split(',').map((cell) => cell.trim());
    if (cells.length !== columns.length) return undefined;
    for (const [at, name] of columns.entries()) {
      const cell = cells[at] ?? '';
      if (cell === '') continue;
      if (name.includes('_') && !isDigest(cell, name.endsWith('_md5') ? 32 : 64)) return undefined;
      found.add(`${name.toUpperCase()}:${cell}`);
    }
  }
  return found;
}

/** The identifiers of a file, or undefined where it does not hold what its type says. */
function readIdentifiers(type: string, text: string): ReadonlySet<string> | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  if (type === 'MULTIPLE_TYPES') return readColumns(lines);
  // A header is allowed where it names the column.
  const rows = COLUMNS.includes((lines[0] ?? '').trim().toLowerCase()) ? lines.slice(1) : lines;
  const found = new Set<string>();
  for (const row of rows) {
    if (!isDigest(row.trim(), type.endsWith('_MD5') ? 32 : 64)) return undefined;
    found.add(`${type}:${row.trim()}`);
  }
  return found;
}

/** Answers `POST /dmp/custom_audience/file/upload/`. */
export function uploadFile({ headers, body }: VendorRequest, world: FileWorld): VendorAnswer {
  const parts = readMultipart(headers['content-type'] ?? '', body);
  if (parts === undefined) return wrongParameter('The body is no multipart form.');
  const known = ['advertiser_id', 'file', 'file_signature', 'calculate_type', 'name'];
  if (parts.some(({ name }) => !known.includes(name))) return wrongParameter('Unknown parameter.');
  const value = (name: string): string | undefined =>
    parts.find((part) => part.name === name)?.content.toString('utf8');
  const file = parts.find(({ name }) => name === 'file');
  const type = value('calculate_type');
  if (value('advertiser_id') !== world.advertiserId)
    return wrongParameter('advertiser_id: Not a valid advertiser.');
  if (file?.fileName === undefined) return wrongParameter('file: Missing data.');
  if (!/\.(csv|txt)$/.test(file.fileName)) return tikTokError(40_905, 'The file must be .csv or .txt.');
  if (file.content.length > world.maxFileBytes) return tikTokError(40_906, 'The file is too large.');
  if (type === undefined || !UPLOAD_TYPES.includes(type))
    return badFile('calculate_type: Not a valid choice.');
  if (value('file_signature') !== createHash('md5').update(file.content).digest('hex')) {
    return tikTokError(40_900, 'The signature of the file does not match.');
  }
  const identifiers = readIdentifiers(type, file.content.toString('utf8'));
  if (identifiers === undefined) return badFile('The file does not fit its calculate_type.');
  if (identifiers.size === 0) return tikTokError(40_905, 'The file is empty.');
  const path = `${world.advertiserId}/${world.nextId()}`;
  world.files.set(path, { type, identifiers });
  return { ...tikTokOk({ file_path: path }), rows: identifiers.size };
}

function takeFiles(value: unknown, world: FileWorld): readonly UploadedFile[] | VendorAnswer {
  if (!isTextList(value) || value.length === 0) return wrongParameter('file_paths: Missing data.');
  if (value.length >= 50) return wrongParameter('file_paths: Too many items.');
  const files = value.map((path) => world.files.get(path));
  return files.every((file) => file !== undefined) ? files : wrongParameter('file_paths: Not found.');
}

const union = (files: readonly UploadedFile[]): Set<string> =>
  new Set(files.flatMap(({ identifiers }) => [...identifiers]));

/** Answers `POST /dmp/custom_audience/create/`. */
export function createFileAudience(body: JsonObject, world: FileWorld): VendorAnswer {
  const known = [
    ...['advertiser_id', 'custom_audience_name', 'calculate_type', 'file_paths'],
    ...['audience_sub_type', 'retention_in_days', 'audience_enhancement'],
  ];
  if (unknownKeys(body, known).length > 0) return wrongParameter('Unknown parameter.');
  const { custom_audience_name: name, calculate_type: type, retention_in_days: days = 365 } = body;
  if (typeof name !== 'string' || name === '' || name.length > 128)
    return wrongParameter('custom_audience_name: Not valid.');
  if (typeof type !== 'string' || !CREATE_TYPES.includes(type))
    return badFile('calculate_type: Not a valid choice.');
  if (typeof days !== 'number' || days < 1 || days > 365)
    return wrongParameter('retention_in_days: Not valid.');
  const files = takeFiles(body['file_paths'], world);
  if ('status' in files) return files;
  if (files.some((file) => file.type !== type)) return badFile('calculate_type differs from that of a file.');
  const audience: FileAudience = {
    id: world.nextId(),
    name,
    type,
    members: union(files),
    settling: world.settleReads,
    history: ['CREATE'],
  };
  world.audiences.set(audience.id, audience);
  return tikTokOk({ custom_audience_id: audience.id });
}

function applyFiles(audience: FileAudience, action: string, files: readonly UploadedFile[]): Set<string> {
  const given = union(files);
  if (action === 'REPLACE') return given;
  if (action === 'APPEND') return new Set([...audience.members, ...given]);
  return new Set([...audience.members].filter((each) => !given.has(each)));
}

/** Answers `POST /dmp/custom_audience/update/`; without an action it replaces, as the vendor does. */
export function updateFileAudience(body: JsonObject, world: FileWorld): VendorAnswer {
  const known = [
    ...['advertiser_id', 'custom_audience_id', 'action', 'file_paths'],
    ...['custom_audience_name', 'audience_sub_type', 'audience_enhancement'],
  ];
  if (unknownKeys(body, known).length > 0) return wrongParameter('Unknown parameter.');
  const audience = world.audiences.get(textOf(body['custom_audience_id']));
  if (audience === undefined) return wrongParameter('custom_audience_id: Not found.');
  const { action = 'REPLACE', file_paths: paths, custom_audience_name: name } = body;
  if (typeof action !== 'string' || !['APPEND', 'REMOVE', 'REPLACE'].includes(action)) {
    return wrongParameter('action: Not a valid choice.');
  }
  if (name !== undefined && (typeof name !== 'string' || name === '' || name.length > 128)) {
    return wrongParameter('custom_audience_name: Not valid.');
  }
  if (paths === undefined && name === undefined) return wrongParameter('file_paths: Missing data.');
  if (audience.settling > 0) return wrongParameter('The audience is being processed.');
  if (paths !== undefined) {
    const files = takeFiles(paths, world);
    if ('status' in files) return files;
    if (files.some((file) => file.type !== audience.type))
      return badFile('calculate_type differs from that of a file.');
    const members = applyFiles(audience, action, files);
    if (members.size < world.minimumSize) return wrongParameter('The audience would be too small.');
    audience.members = members;
    audience.settling = world.settleReads;
    audience.history.push(action);
  }
  if (name !== undefined) audience.name = name;
  return tikTokOk({ custom_audience_id: audience.id });
}

/** Answers `POST /dmp/custom_audience/delete/`. */
export function deleteFileAudiences(body: JsonObject, world: FileWorld): VendorAnswer {
  const ids = body['custom_audience_ids'];
  if (!isTextList(ids) || ids.length < 1 || ids.length > 100)
    return wrongParameter('custom_audience_ids: Not valid.');
  if (!ids.every((id) => world.audiences.has(id))) return wrongParameter('custom_audience_ids: Not found.');
  for (const id of ids) world.audiences.delete(id);
  return tikTokOk();
}

/** What the list says of every audience alike. */
const LISTED = {
  is_creator: true,
  shared: false,
  create_time: '2026-11-24 12:00:00',
  expired_time: '2027-11-24 12:00:00',
  msg: '',
  error_msg: null,
};

function describeAudience(audience: FileAudience): JsonObject {
  const isProcessing = audience.settling > 0;
  if (isProcessing) audience.settling -= 1;
  return {
    audience_id: audience.id,
    name: audience.name,
    audience_type: 'Customer File Audience',
    calculate_type: audience.type,
    cover_num: isProcessing ? 0 : audience.members.size,
    is_valid: !isProcessing && audience.members.size >= 1000,
    is_expiring: false,
    ...LISTED,
  };
}

/** Streamed audiences are listed beside those of files, as audiences of a partner. */
function describeSegment({ id, name, members }: Segment): JsonObject {
  return {
    audience_id: id,
    name,
    audience_type: 'Partner Audience',
    calculate_type: null,
    cover_num: members.size,
    is_valid: members.size >= 1000,
    ...LISTED,
  };
}

function wholeNumber(
  query: URLSearchParams,
  name: string,
  fallback: number,
  most: number,
): number | undefined {
  const value = Number(query.get(name) ?? fallback);
  return Number.isInteger(value) && value >= 1 && value <= most ? value : undefined;
}

/** Answers `GET /dmp/custom_audience/list/`. */
export function listFileAudiences(query: URLSearchParams, world: FileWorld): VendorAnswer {
  const page = wholeNumber(query, 'page', 1, 100_000);
  const size = wholeNumber(query, 'page_size', 10, 100);
  if (page === undefined || size === undefined) return wrongParameter('page: Not valid.');
  const all: (FileAudience | Segment)[] = [...world.audiences.values(), ...world.segments.values()];
  return tikTokOk({
    list: all
      .slice((page - 1) * size, page * size)
      .map((each) => ('history' in each ? describeAudience(each) : describeSegment(each))),
    page_info: { page, page_size: size, total_number: all.length, total_page: Math.ceil(all.length / size) },
  });
}

/** Answers `GET /dmp/custom_audience/get/`. */
export function getFileAudiences(query: URLSearchParams, world: FileWorld): VendorAnswer {
  const ids = parseJson(query.get('custom_audience_ids') ?? '');
  if (!isTextList(ids) || ids.length < 1 || ids.length > 100)
    return wrongParameter('custom_audience_ids: Not valid.');
  const found = ids.map((id) => world.audiences.get(id)).filter((each) => each !== undefined);
  return tikTokOk({
    list: found.map((audience) => ({
      audience_details: describeAudience(audience),
      audience_history: audience.history.map((action) => ({
        action,
        action_detail: '',
        editor: 'api',
        msg: '',
        opt_time: '2026-11-24 12:00:00',
      })),
    })),
  });
}
