import { isObject, parseJson, type JsonObject } from './json-shape.ts';
import { sparkPostError, sparkPostRefusals } from './sparkpost-errors.ts';
import {
  createList,
  deleteList,
  listLists,
  replaceList,
  showList,
  type RecipientList,
} from './sparkpost-lists.ts';
import { createTransmission, type Mail } from './sparkpost-transmissions.ts';
import { serveVendor, type VendorAnswer, type VendorRequest, type VendorServer } from './vendor-server.ts';

/** A grant of an API key; their exact names at the vendor are not published. */
type Grant = 'account' | 'lists-read' | 'lists-write' | 'templates-read' | 'transmissions' | 'events';

/** How the emulator is set up. */
export interface SparkPostOptions {
  readonly apiKey?: string;
  /** What the key may do; all where it is not given. */
  readonly grants?: readonly Grant[];
  /** Stored templates and which versions they have; `welcome` is published where it is not given. */
  readonly templates?: Readonly<Record<string, { readonly published: boolean; readonly draft: boolean }>>;
  /** Recipients of one transmission; the vendor advises at most 10,000. */
  readonly maxRecipients?: number;
  /** Bytes of one request; the vendor advises at most 50 MB. */
  readonly maxBytes?: number;
  /** Recipients of one list; the vendor publishes no limit. */
  readonly maxListRecipients?: number;
}

/** An emulated SparkPost account. */
export interface SparkPost extends VendorServer {
  readonly apiKey: string;
  readonly lists: ReadonlyMap<string, RecipientList>;
  /** Every mail that would be sent, a duplicate twice. */
  readonly mails: readonly Mail[];
  /** How many mails went to each address. */
  readonly countMails: () => Map<string, number>;
  /** Fields that the API does not know, and so ignored. */
  readonly ignored: ReadonlySet<string>;
  /** Keeps injections younger than this out of the Events API; Infinity withholds all. */
  readonly delayEvents: (ms: number) => void;
  /** Lists that cannot be changed for now. */
  readonly busyLists: Set<string>;
}

function isAllowed(request: VendorRequest, apiKey: string): boolean {
  const given = request.headers['authorization'] ?? '';
  // The key alone, or Basic with the key as the user and no password.
  return given === apiKey || given === `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`;
}

/** Runs an act on the JSON body of a request, or refuses what is no JSON. */
function withBody(request: VendorRequest, act: (body: JsonObject) => VendorAnswer): VendorAnswer {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    return sparkPostError(415, '1300', 'Unsupported Media Type');
  }
  const body = parseJson(request.body.toString('utf8'));
  return isObject(body)
    ? act(body)
    : sparkPostError(400, '1300', 'invalid data format/type', 'the body is no JSON object');
}

function grantFor(method: string, resource: string): Grant | undefined {
  const isRead = method === 'GET';
  switch (resource) {
    case 'account':
      return 'account';
    case 'recipient-lists':
      return isRead ? 'lists-read' : 'lists-write';
    case 'templates':
      return 'templates-read';
    case 'transmissions':
      return 'transmissions';
    case 'events':
      return 'events';
    default:
      return undefined;
  }
}

function listInjections(mails: readonly Mail[], query: URLSearchParams, visibleUntil: number): VendorAnswer {
  const perPage = Number(query.get('per_page') ?? 1000);
  if (!Number.isInteger(perPage) || perPage < 1 || perPage > 10_000) {
    return sparkPostError(400, '1300', 'Invalid parameters', 'per_page must be between 1 and 10000');
  }
  const pick = (name: string): readonly string[] | undefined => query.get(name)?.split(',');
  const [campaigns, transmissions, recipients, events] = [
    'campaigns',
    'transmissions',
    'recipients',
    'events',
  ].map(pick);
  const [from, to] = ['from', 'to'].map((name) => query.get(name));
  const found = mails.filter(
    (mail) =>
      mail.at <= visibleUntil &&
      (events?.includes('injection') ?? true) &&
      (campaigns?.includes(mail.campaign ?? '') ?? true) &&
      (transmissions?.includes(mail.transmission) ?? true) &&
      (recipients?.includes(mail.to) ?? true) &&
      // The window's ends are given to the minute, without or with seconds.
      (from == null || mail.at >= Date.parse(from)) &&
      (to == null || mail.at <= Date.parse(to)),
  );
  const cursor = query.get('cursor') ?? 'initial';
  const start = cursor === 'initial' ? 0 : Number(cursor);
  const next = start + perPage;
  const rest = new URLSearchParams(query);
  rest.set('cursor', String(next));
  return {
    status: 200,
    json: {
      results: found.slice(start, next).map((mail) => ({
        type: 'injection',
        campaign_id: mail.campaign,
        rcpt_to: mail.to,
        rcpt_meta: mail.metadata,
        transmission_id: mail.transmission,
        template_id: mail.template,
        timestamp: new Date(mail.at).toISOString(),
      })),
      total_count: found.length,
      links: next < found.length ? { next: `/api/v1/events/message?${rest.toString()}` } : {},
    },
  };
}

function describeAccount(withUsage: boolean): VendorAnswer {
  const usage = {
    timestamp: '2026-11-24T10:00:00.000Z',
    day: { used: 0, limit: 500_000, start: '2026-11-24T00:00:00.000Z', end: '2026-11-25T00:00:00.000Z' },
    month: { used: 0, limit: 5_000_000, start: '2026-11-01T00:00:00.000Z', end: '2026-12-01T00:00:00.000Z' },
  };
  return {
    status: 200,
    json: {
      results: {
        customer_id: 102_938,
        company_name: 'Example',
        country_code: 'US',
        status: 'active',
        service_level: 'standard',
        subscription: {
          name: '5M',
          code: '5M-0817',
          plan_volume: 5_000_000,
          self_serve: true,
          type: 'default',
        },
        ...(withUsage ? { usage } : {}),
      },
    },
  };
}

/** Starts a SparkPost account: recipient lists, transmissions, templates, account and injection events, under `/api/v1`. */
export async function startSparkPost(options: SparkPostOptions = {}): Promise<SparkPost> {
  const apiKey = options.apiKey ?? 'sparkpost-test-key-5b1d2bad079bf';
  const lists = new Map<string, RecipientList>();
  const mails: Mail[] = [];
  const ignored = new Set<string>();
  const busyLists = new Set<string>();
  const maxBytes = options.maxBytes ?? 50_000_000;
  let hiddenMs = 0;
  let lastId = 11_668_787_484_950_529n;
  const nextId = (): string => String((lastId += 1n));
  const ignore = (field: string): void => {
    ignored.add(field);
  };
  const templates = new Map(
    Object.entries(options.templates ?? { welcome: { published: true, draft: false } }),
  );
  const listWorld = {
    lists,
    busy: busyLists,
    maxRecipients: options.maxListRecipients ?? 1_000_000,
    ignore,
    nextId,
  };
  const world = {
    templates,
    findList: (id: string) => lists.get(id)?.recipients,
    maxRecipients: options.maxRecipients ?? 10_000,
    ignore,
    nextId,
    now: Date.now,
    mails,
  };

  const showTemplate = (id: string, draft: string | null): VendorAnswer => {
    const found = templates.get(id);
    if (
      found === undefined ||
      (draft === 'true' && !found.draft) ||
      (draft === 'false' && !found.published)
    ) {
      return sparkPostError(404, '1600', 'resource not found', `Template '${id}' does not exist`);
    }
    const { published, draft: hasDraft } = found;
    const content = { from: { email: 'shop@example.com' }, subject: 'Hello', text: 'Hello {{first_name}}' };
    return {
      status: 200,
      json: { results: { id, name: id, has_draft: hasDraft, has_published: published, published, content } },
    };
  };

  const route = (request: VendorRequest, resource: string, id: string | undefined): VendorAnswer => {
    const { method, query } = request;
    const limit = query.get('num_rcpt_errors');
    switch (`${method} ${resource}${id === undefined ? '' : '/*'}`) {
      case 'GET account':
        return describeAccount(query.get('include') === 'usage');
      case 'GET recipient-lists':
        return listLists(listWorld);
      case 'POST recipient-lists':
        return withBody(request, (body) => createList(body, limit, listWorld));
      case 'GET recipient-lists/*':
        return showList(id ?? '', query.get('show_recipients') === 'true', listWorld);
      case 'PUT recipient-lists/*':
        return withBody(request, (body) => replaceList(id ?? '', body, limit, listWorld));
      case 'DELETE recipient-lists/*':
        return deleteList(id ?? '', listWorld);
      case 'POST transmissions':
        return withBody(request, (body) => createTransmission(body, world));
      case 'GET templates':
        return {
          status: 200,
          json: { results: [...templates].map(([name, { published }]) => ({ id: name, name, published })) },
        };
      case 'GET templates/*':
        return showTemplate(id ?? '', query.get('draft'));
      case 'GET events/*':
        if (id === 'message') return listInjections(mails, query, Date.now() - hiddenMs);
        return sparkPostError(404, '1600', 'resource not found');
      default:
        return sparkPostError(405, '1101', 'Method Not Allowed');
    }
  };

  const server = await serveVendor({
    basePath: '/api/v1',
    refusals: sparkPostRefusals,
    answer: (request) => {
      if (!isAllowed(request, apiKey)) return sparkPostRefusals.unauthorized();
      if (request.body.length > maxBytes) return sparkPostError(413, '1300', 'Request Entity Too Large');
      // Slashes at the end are ignored (index.apib).
      const [resource = '', id, ...more] = request.path
        .replace(/^\/api\/v1\//, '')
        .replace(/\/+$/, '')
        .split('/');
      const grant = grantFor(request.method, resource);
      if (grant === undefined || more.length > 0) return sparkPostError(404, '1600', 'resource not found');
      if (options.grants?.includes(grant) === false) return sparkPostRefusals.forbidden();
      return route(request, resource, id === undefined ? undefined : decodeURIComponent(id));
    },
  });
  return {
    ...server,
    apiKey,
    lists,
    mails,
    ignored,
    busyLists,
    countMails: () => {
      const counts = new Map<string, number>();
      for (const { to } of mails) counts.set(to, (counts.get(to) ?? 0) + 1);
      return counts;
    },
    delayEvents: (ms) => {
      hiddenMs = ms;
    },
  };
}
