import { byteLength, isDigest, isObject, parseJson, textOf, type JsonObject } from './json-shape.ts';
import { readDescription, type Endpoint } from './openapi.ts';
import type { VendorRefusals } from './vendor-fault.ts';
import { serveVendor, type VendorAnswer, type VendorRequest, type VendorServer } from './vendor-server.ts';

/** How the emulator is set up. */
export interface PinterestOptions {
  readonly token?: string;
  /** Scopes of the token; those of reading and writing ads where it is not given. */
  readonly scopes?: readonly string[];
  readonly adAccountId?: string;
  /** Records and bytes of one request: not published, these are what other senders keep to. */
  readonly maxRecords?: number;
  readonly maxBytes?: number;
  /** Reads of a list for which it still says PROCESSING after a change. */
  readonly settleReads?: number;
}

/** A customer list. */
export interface CustomerList {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly members: Set<string>;
  batches: number;
  uploaded: number;
  removed: number;
  settling: number;
}

/** An audience made of a customer list. */
export interface ListAudience {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly listId: string;
}

/** An emulated ad account at Pinterest. */
export interface Pinterest extends VendorServer {
  readonly token: string;
  readonly adAccountId: string;
  readonly lists: ReadonlyMap<string, CustomerList>;
  readonly audiences: ReadonlyMap<string, ListAudience>;
}

const SMALLEST = 100;
const CREATED = 1_764_000_000;

/** An error in Pinterest's form. */
export function pinterestError(status: number, code: number, message: string): VendorAnswer {
  return { status, json: { code, message } };
}

const refusals: VendorRefusals = {
  unauthorized: () => pinterestError(401, 2, 'Authentication failed.'),
  forbidden: () => pinterestError(403, 29, 'You are not permitted to access that resource.'),
  rateLimit: (retryAfterS) => ({
    ...pinterestError(429, 8, 'You have exceeded your rate limit. Try again later.'),
    ...(retryAfterS === undefined ? {} : { headers: { 'retry-after': String(retryAfterS) } }),
  }),
  serverError: (status) => pinterestError(status, 2, 'Something went wrong on our end.'),
};

const invalid = (message: string): VendorAnswer => pinterestError(400, 1, message);

/** Whether a record may be in a list of its type: e-mails plain and lower-case or hashed, device ids only hashed. */
function isRecord(type: string, record: string): boolean {
  if (isDigest(record, 32, 40, 64)) return true;
  if (type !== 'EMAIL') return !['MAID', 'IDFA'].includes(type) && record.trim() === record;
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(record) && record === record.toLowerCase();
}

function showList(list: CustomerList, adAccountId: string): JsonObject {
  const isProcessing = list.settling > 0;
  if (isProcessing) list.settling -= 1;
  return {
    id: list.id,
    ad_account_id: adAccountId,
    name: list.name,
    type: 'customerlist',
    status: isProcessing ? 'PROCESSING' : list.members.size < SMALLEST ? 'TOO_SMALL' : 'READY',
    num_batches: list.batches,
    num_uploaded_user_records: list.uploaded,
    num_removed_user_records: list.removed,
    created_time: CREATED,
    updated_time: CREATED + list.batches,
    exceptions: {},
  };
}

/** Starts an ad account at Pinterest, under `/v5`. Every request is held to the vendor's OpenAPI description. */
export async function startPinterest(options: PinterestOptions = {}): Promise<Pinterest> {
  const description = readDescription(new URL('./pinterest-openapi.yaml', import.meta.url));
  const token = options.token ?? 'pina_TEST_TOKEN';
  const scopes = options.scopes ?? ['user_accounts:read', 'ads:read', 'ads:write'];
  const adAccountId = options.adAccountId ?? '549755885175';
  const maxRecords = options.maxRecords ?? 10_000;
  const maxBytes = options.maxBytes ?? 1_048_576;
  const settleReads = options.settleReads ?? 0;
  const lists = new Map<string, CustomerList>();
  const audiences = new Map<string, ListAudience>();
  let lastId = 640n;

  const readRecords = (type: string, records: string): readonly string[] | VendorAnswer => {
    // The vendor's own example ends in a comma.
    const all = records.replace(/,$/, '').split(',');
    if (records === '' || all.includes('')) return invalid('The records are empty.');
    if (all.length > maxRecords) return { ...invalid('There are too many records.'), rows: all.length };
    if (!all.every((record) => isRecord(type, record)))
      return { ...invalid('A record has a wrong form.'), rows: all.length };
    return all;
  };

  const createList = (body: JsonObject): VendorAnswer => {
    const type = textOf(body['list_type'], 'EMAIL');
    const records = readRecords(type, textOf(body['records']));
    if ('status' in records) return records;
    const list: CustomerList = {
      id: String((lastId += 1n)),
      name: textOf(body['name']),
      type,
      members: new Set(records),
      batches: 1,
      uploaded: records.length,
      removed: 0,
      settling: settleReads,
    };
    lists.set(list.id, list);
    return { status: 200, rows: records.length, json: showList(list, adAccountId) };
  };

  const changeList = (list: CustomerList, body: JsonObject): VendorAnswer => {
    const records = readRecords(list.type, textOf(body['records']));
    if ('status' in records) return records;
    list.batches += 1;
    list.settling = settleReads;
    // The counters rise for records that were there, or were not: they are no sizes.
    if (body['operation_type'] === 'ADD') {
      list.uploaded += records.length;
      for (const record of records) list.members.add(record);
    } else {
      list.removed += records.length;
      for (const record of records) list.members.delete(record);
    }
    return { status: 200, rows: records.length, json: showList(list, adAccountId) };
  };

  const showAudience = ({ id, name, description: about, listId }: ListAudience): JsonObject => {
    const list = lists.get(listId);
    const size = list?.members.size ?? 0;
    const isReady = list !== undefined && list.settling === 0;
    return {
      id,
      ad_account_id: adAccountId,
      name,
      description: about,
      type: 'audience',
      audience_type: 'CUSTOMER_LIST',
      rule: { customer_list_id: listId },
      size: isReady ? size : null,
      status: isReady ? (size < SMALLEST ? 'TOO_SMALL' : 'READY') : 'INITIALIZING',
      created_timestamp: CREATED,
      updated_timestamp: CREATED,
    };
  };

  const createAudience = (body: JsonObject): VendorAnswer => {
    const rule = isObject(body['rule']) ? body['rule'] : {};
    const listId = rule['customer_list_id'];
    if (body['audience_type'] !== 'CUSTOMER_LIST') return invalid('The audience type is not emulated.');
    if (typeof listId !== 'string' || !lists.has(listId))
      return invalid('The customer list of the rule is not there.');
    const about = body['description'];
    const audience: ListAudience = {
      id: String((lastId += 1n)),
      name: textOf(body['name']),
      description: typeof about === 'string' ? about : null,
      listId,
    };
    audiences.set(audience.id, audience);
    return { status: 200, json: showAudience(audience) };
  };

  const changeAudience = (audience: ListAudience, body: JsonObject): VendorAnswer => {
    if (body['operation_type'] === 'REMOVE') audiences.delete(audience.id);
    else audiences.set(audience.id, { ...audience, name: textOf(body['name'], audience.name) });
    return { status: 200, json: showAudience(audiences.get(audience.id) ?? audience) };
  };

  const listPage = (items: readonly JsonObject[], query: URLSearchParams): VendorAnswer => {
    const size = Number(query.get('page_size') ?? 25);
    const bookmark = query.get('bookmark');
    const start = bookmark === null ? 0 : Number(Buffer.from(bookmark, 'base64url').toString());
    if (!Number.isInteger(start)) return invalid('The bookmark is not valid.');
    const end = start + size;
    const next = end < items.length ? Buffer.from(String(end)).toString('base64url') : null;
    return { status: 200, json: { items: items.slice(start, end), bookmark: next } };
  };

  const act = ({ operation, path }: Endpoint, query: URLSearchParams, body: JsonObject): VendorAnswer => {
    if (path['ad_account_id'] !== undefined && path['ad_account_id'] !== adAccountId)
      return refusals.forbidden();
    const list = lists.get(path['customer_list_id'] ?? '');
    const audience = audiences.get(path['audience_id'] ?? '');
    switch (operation) {
      case 'user_account/get':
        return {
          status: 200,
          json: { account_type: 'BUSINESS', id: '2783136121146311751', username: 'example' },
        };
      case 'ad_accounts/get':
        return {
          status: 200,
          json: { id: adAccountId, name: 'Example account', country: 'US', currency: 'USD' },
        };
      case 'customer_lists/list':
        return listPage(
          [...lists.values()].map((each) => showList(each, adAccountId)),
          query,
        );
      case 'customer_lists/create':
        return createList(body);
      case 'customer_lists/get':
        if (list !== undefined) return { status: 200, json: showList(list, adAccountId) };
        return pinterestError(404, 2, 'Customer list not found.');
      case 'customer_lists/update':
        return list === undefined
          ? pinterestError(404, 2, 'Customer list not found.')
          : changeList(list, body);
      case 'audiences/list':
        return listPage([...audiences.values()].map(showAudience), query);
      case 'audiences/create':
        return createAudience(body);
      case 'audiences/get':
        if (audience !== undefined) return { status: 200, json: showAudience(audience) };
        return pinterestError(404, 2, 'Audience not found.');
      case 'audiences/update':
        return audience === undefined
          ? pinterestError(404, 2, 'Audience not found.')
          : changeAudience(audience, body);
      default:
        return pinterestError(404, 2, 'Not found.');
    }
  };

  const answer = (request: VendorRequest): VendorAnswer => {
    const { method, path, query, headers, body } = request;
    const endpoint = path.startsWith('/v5/') ? description.find(method, path.slice(3)) : undefined;
    if (endpoint === undefined) return pinterestError(404, 2, 'Not found.');
    if (endpoint === 'path') return pinterestError(405, 1, 'Method not allowed.');
    if (headers['authorization'] !== `Bearer ${token}`) return refusals.unauthorized();
    if (!endpoint.scopes.every((scope) => scopes.includes(scope))) return refusals.forbidden();
    const text = body.toString('utf8');
    if (byteLength(text) > maxBytes) return pinterestError(413, 1, 'The request is too large.');
    if (text !== '' && !/^application\/json\b/.test(headers['content-type'] ?? '')) {
      return pinterestError(415, 1, 'The type of the content is not supported.');
    }
    const given = text === '' ? undefined : parseJson(text);
    const problems = endpoint.checkRequest(query, given);
    if (problems.length > 0) return invalid(`Invalid parameters: ${problems.join('; ')}`);
    const answered = act(endpoint, query, isObject(given) ? given : {});
    const wrong = answered.status === 200 ? endpoint.checkAnswer(answered.json) : [];
    if (wrong.length > 0) throw new Error(`The answer does not fit the description: ${wrong.join('; ')}`);
    return answered;
  };

  const server = await serveVendor({ basePath: '/v5', answer, refusals });
  return { ...server, token, adAccountId, lists, audiences };
}
