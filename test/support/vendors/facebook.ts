import { createHmac } from 'node:crypto';
import {
  changeUsers,
  readAudienceFields,
  readSessions,
  type Audience,
  type UsersWorld,
} from './facebook-audiences.ts';
import { facebookRefusals, graphError } from './facebook-errors.ts';
import { Members } from './facebook-members.ts';
import { readParams } from './facebook-payload.ts';
import { unknownKeys, type JsonObject } from './json-shape.ts';
import { serveVendor, type VendorAnswer, type VendorRequest, type VendorServer } from './vendor-server.ts';

/** How the emulator is set up. */
export interface FacebookOptions {
  readonly token?: string;
  /** Permissions of the token; `ads_management` and `ads_read` where it is not given. */
  readonly scopes?: readonly string[];
  /** Demands `appsecret_proof` where it is given. */
  readonly appSecret?: string;
  readonly accountId?: string;
  /** Versions of the API that answer. */
  readonly versions?: readonly string[];
  readonly maxRows?: number;
  readonly sessionMs?: number;
  readonly settleReads?: number;
  /** The first call on a new audience's users fails with code 803. */
  readonly racesAfterCreate?: boolean;
  /** The terms of custom audiences are not accepted. */
  readonly withoutTerms?: boolean;
  readonly now?: () => number;
}

/** An emulated ad account at Meta. */
export interface Facebook extends VendorServer {
  readonly token: string;
  readonly accountId: string;
  readonly audiences: ReadonlyMap<string, Audience>;
  /** Makes an audience as if by hand. */
  readonly addAudience: (name: string, more?: { readonly isValueBased?: boolean }) => Audience;
}

const SOURCES = ['USER_PROVIDED_ONLY', 'PARTNER_PROVIDED_ONLY', 'BOTH_USER_AND_PARTNER_PROVIDED'];
const CREATE_KEYS = [
  'name',
  'description',
  'subtype',
  'customer_file_source',
  'is_value_based',
  'enable_fetch_or_create',
];
const COMMON_KEYS = ['access_token', 'appsecret_proof', 'method'];

const parameter = (message: string): VendorAnswer => graphError(100, undefined, message);
const noObject = (): VendorAnswer =>
  graphError(
    100,
    33,
    'Unsupported request. Object does not exist or cannot be loaded due to missing permissions',
  );

function pickFields(whole: JsonObject, fields: string | null): VendorAnswer {
  const wanted = fields === null ? ['id'] : fields.split(',');
  if (wanted.some((key) => !(key in whole))) return parameter('Tried accessing nonexisting field');
  return {
    status: 200,
    json: { ...Object.fromEntries(wanted.map((key) => [key, whole[key]])), id: whole['id'] },
  };
}

/** Starts an ad account at Meta: `/v<version>/…` with `debug_token`, the account, its custom audiences and their users. */
export async function startFacebook(options: FacebookOptions = {}): Promise<Facebook> {
  const token = options.token ?? 'EAAtestTokenOfTheSystemUser';
  const scopes = options.scopes ?? ['ads_management', 'ads_read', 'business_management'];
  const accountId = options.accountId ?? '1029384756';
  const versions = options.versions ?? ['v24.0', 'v25.0', 'v26.0'];
  const audiences = new Map<string, Audience>();
  const world: UsersWorld = {
    maxRows: options.maxRows ?? 10_000,
    sessionMs: options.sessionMs ?? 90 * 60_000,
    settleReads: options.settleReads ?? 0,
    now: options.now ?? Date.now,
    usedSessions: new Set(),
  };
  let lastId = 23_851_000_000_000_000n;

  const addAudience: Facebook['addAudience'] = (name, more = {}) => {
    const audience: Audience = {
      id: String((lastId += 1n)),
      name,
      description: '',
      source: 'USER_PROVIDED_ONLY',
      isValueBased: more.isValueBased ?? false,
      members: new Members(),
      sessions: new Map(),
      flag: undefined,
      settling: 0,
      isNew: false,
    };
    audiences.set(audience.id, audience);
    return audience;
  };

  const createAudience = (params: JsonObject): VendorAnswer => {
    if (unknownKeys(params, [...CREATE_KEYS, ...COMMON_KEYS]).length > 0)
      return parameter('Unknown parameter(s)');
    const { name, subtype, customer_file_source: source, is_value_based: isValueBased = false } = params;
    if (options.withoutTerms === true)
      return graphError(200, 1_870_034, 'Custom Audience terms are not accepted');
    if (typeof name !== 'string' || name === '') return parameter('Missing parameter(s): name');
    if (subtype !== 'CUSTOM') return parameter('Param subtype must be CUSTOM');
    if (typeof source !== 'string' || !SOURCES.includes(source))
      return parameter('Missing parameter(s): customer_file_source');
    if (typeof isValueBased !== 'boolean') return parameter('Param is_value_based must be a boolean');
    const { description = '' } = params;
    if (typeof description !== 'string') return parameter('Param description must be a string');
    const audience = { ...addAudience(name, { isValueBased }), description, source };
    audience.isNew = options.racesAfterCreate ?? false;
    audiences.set(audience.id, audience);
    return { status: 200, json: { id: audience.id } };
  };

  const listAudiences = (query: URLSearchParams): VendorAnswer => {
    const all = [...audiences.values()];
    const limit = Number(query.get('limit') ?? 25);
    const after = query.get('after');
    const start =
      after === null ? 0 : all.findIndex(({ id }) => Buffer.from(id).toString('base64url') === after) + 1;
    const page = all.slice(start, start + limit);
    const data = page.map((each) => pickFields(readAudienceFields(each, world), query.get('fields')));
    const wrong = data.find(({ status }) => status !== 200);
    if (wrong !== undefined) return wrong;
    const last = page.at(-1);
    const cursor = last === undefined ? undefined : Buffer.from(last.id).toString('base64url');
    const paging = {
      cursors: { before: cursor, after: cursor },
      // The vendor's own next address holds the token; what matters is that it is there.
      ...(start + limit < all.length
        ? { next: `https://graph.facebook.com/next?after=${cursor ?? ''}` }
        : {}),
    };
    return {
      status: 200,
      json: { data: data.map(({ json }) => json), ...(last === undefined ? {} : { paging }) },
    };
  };

  const describeToken = (query: URLSearchParams): VendorAnswer => ({
    status: 200,
    json: {
      data:
        query.get('input_token') === token
          ? { app_id: '42', type: 'SYSTEM_USER', is_valid: true, expires_at: 0, scopes, user_id: '7' }
          : { is_valid: false, scopes: [], error: { code: 190, message: 'Invalid OAuth access token' } },
    },
  });

  const account: JsonObject = {
    id: `act_${accountId}`,
    account_id: accountId,
    name: 'Example account',
    account_status: 1,
    capabilities: [],
    tos_accepted: options.withoutTerms === true ? {} : { custom_audience_tos: 1 },
    user_tos_accepted: options.withoutTerms === true ? {} : { custom_audience_tos: 1 },
  };

  const onAccount = (
    method: string,
    edge: string,
    request: VendorRequest,
    params: JsonObject,
  ): VendorAnswer => {
    if (method === 'GET' && edge === '') return pickFields(account, request.query.get('fields'));
    if (method === 'GET' && edge === 'customaudiences') return listAudiences(request.query);
    if (method === 'POST' && edge === 'customaudiences') return createAudience(params);
    if (method === 'GET' && edge === 'customaudiencestos') return { status: 200, json: { data: [] } };
    if (method === 'DELETE' && edge === 'usersofanyaudience') {
      const answers = [...audiences.values()].map((each) => changeUsers(each, 'remove', params, world));
      return answers.find(({ status }) => status !== 200) ?? answers[0] ?? noObject();
    }
    return graphError(100, undefined, 'Unsupported request');
  };

  const onAudience = (
    method: string,
    audience: Audience,
    edge: string,
    request: VendorRequest,
    params: JsonObject,
  ): VendorAnswer => {
    if (method === 'GET' && edge === '')
      return pickFields(readAudienceFields(audience, world), request.query.get('fields'));
    if (method === 'GET' && edge === 'sessions')
      return readSessions(audience, request.query.get('session_id'));
    if (!['users', 'usersreplace'].includes(edge)) return graphError(100, undefined, 'Unsupported request');
    if (unknownKeys(params, ['payload', 'session', ...COMMON_KEYS]).length > 0)
      return parameter('Unknown parameter(s)');
    if (edge === 'usersreplace') {
      return method === 'POST'
        ? changeUsers(audience, 'replace', params, world)
        : parameter('Unsupported method');
    }
    if (method === 'GET') return parameter('Unsupported get request');
    return changeUsers(audience, method === 'DELETE' ? 'remove' : 'add', params, world);
  };

  const checkAccess = (request: VendorRequest, params: JsonObject): VendorAnswer | undefined => {
    const bearer = /^Bearer (.+)$/.exec(request.headers['authorization'] ?? '')?.[1];
    const given = bearer ?? request.query.get('access_token') ?? params['access_token'];
    if (given == null)
      return graphError(104, undefined, 'An access token is required to request this resource');
    if (given !== token) return graphError(190, undefined, 'Invalid OAuth access token');
    if (options.appSecret === undefined) return undefined;
    const proof = request.query.get('appsecret_proof') ?? params['appsecret_proof'];
    const expected = createHmac('sha256', options.appSecret).update(token).digest('hex');
    return proof === expected ? undefined : parameter('Invalid appsecret_proof provided in the API argument');
  };

  const answer = (request: VendorRequest): VendorAnswer => {
    const [version = '', object = '', edge = '', ...more] = request.path
      .slice(1)
      .replace(/\/$/, '')
      .split('/');
    if (!versions.includes(version))
      return graphError(2635, undefined, 'You are calling a deprecated version');
    const params = readParams(request.headers['content-type'] ?? '', request.body);
    if (params === undefined) return parameter('The body is neither JSON nor a form');
    const refusal = checkAccess(request, params);
    if (refusal !== undefined) return refusal;
    const method = params['method'] === 'DELETE' || params['method'] === 'delete' ? 'DELETE' : request.method;
    if (more.length > 0) return noObject();
    if (object === 'debug_token') return describeToken(request.query);
    const mayWrite = scopes.includes('ads_management');
    if (method === 'GET' ? !mayWrite && !scopes.includes('ads_read') : !mayWrite) {
      return graphError(200, undefined, 'Requires ads_management permission to manage the object');
    }
    if (object === `act_${accountId}`) return onAccount(method, edge, request, params);
    const audience = audiences.get(object);
    return audience === undefined ? noObject() : onAudience(method, audience, edge, request, params);
  };

  const server = await serveVendor({ answer, refusals: facebookRefusals });
  return { ...server, token, accountId, audiences, addAudience };
}
