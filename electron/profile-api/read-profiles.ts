import { type Answer, plain, tagged } from './answer.ts';
import { BatchGet, type Membership, MOST_FOUND } from './api-contract.ts';
import type { Exchange } from './exchange.ts';
import { PROBLEMS } from './problem-details.ts';
import type { PartState, StoredProfile } from './profile-store.ts';
import { isJsonBody, parseJson, readBody } from './read-body.ts';
import { decodeSegment, isCustomerId, isPlainText } from './request-path.ts';
import { isMember, isStarting, quote, tellProfile } from './tell-profile.ts';

/**
 * Answers a request whose route and key are known; undefined where nobody is left to answer. `values` are the parameters of the path, still
 * encoded.
 */
export type RouteHandler = (
  exchange: Exchange,
  values: readonly string[],
  query: string,
) => Answer | undefined | Promise<Answer | undefined>;

/** `GET /v1/profiles/{customerId}`. A store that answers at once is answered from at once. */
export const readProfile: RouteHandler = (exchange, [segment = '']) => {
  const id = decodeSegment(segment);
  if (id === undefined) return PROBLEMS.badTarget;
  if (!isCustomerId(id)) return PROBLEMS.badCustomerId;
  const { store } = exchange.state;
  // Looked up before the values: what is told is never older than its `asOf`.
  const states = store.parts();
  const found = store.find([id]);
  if (found instanceof Promise) return found.then((profiles) => tellOne(exchange, profiles[0], states));
  return tellOne(exchange, found[0], states, exchange.tag);
};

function tellOne(
  exchange: Exchange,
  profile: StoredProfile | undefined,
  states: readonly PartState[],
  tag?: string,
): Answer {
  const text = profile === undefined ? undefined : tellProfile(profile, states, exchange.scope);
  if (text === undefined && isStarting(states, exchange.scope)) return PROBLEMS.starting;
  count(exchange, text === undefined ? 0 : 1, text === undefined ? 1 : 0);
  return text === undefined ? PROBLEMS.noCustomer : tagged(text, tag);
}

/** `POST /v1/profiles:batchGet`. Each id beyond the first costs as much as a request. */
export const batchGetProfiles: RouteHandler = async (exchange) => {
  const { message } = exchange.asked;
  if (message === undefined || !isJsonBody(message)) return PROBLEMS.badContentType;
  const body = await readBody(message);
  if (body === 'gone') return undefined;
  if (body === 'too-large') return PROBLEMS.bodyTooLarge;
  const asked = BatchGet.safeParse(parseJson(body));
  if (!asked.success) return PROBLEMS.badBody;
  const ids = asked.data.customerIds;
  const refusal = exchange.payFor(ids.length, 1);
  if (refusal !== undefined) return refusal;
  const told = await tellMany(exchange, [...new Set(ids)]);
  if (told === undefined) return PROBLEMS.starting;
  count(exchange, told.profiles.length, told.missing.length);
  return plain(
    200,
    `{"profiles":[${told.profiles.join(',')}],"missing":[${told.missing.map(quote).join(',')}]}`,
  );
};

/** `GET /v1/profiles?identifier=<name>:<value>`. */
export const findProfiles: RouteHandler = async (exchange, _values, query) => {
  const { store, served } = exchange.state;
  const pairs = [...new URLSearchParams(query)];
  const [name, given = ''] = pairs[0] ?? [];
  const colon = given.indexOf(':');
  const identifier = given.slice(0, Math.max(0, colon));
  const value = given.slice(colon + 1);
  const isGood = pairs.length === 1 && name === 'identifier' && served.identifiers.has(identifier);
  if (!isGood || !isPlainText(value)) return PROBLEMS.badIdentifier;
  const told = await tellMany(exchange, await store.findIds(identifier, value, MOST_FOUND));
  if (told === undefined) return PROBLEMS.starting;
  count(exchange, told.profiles.length, told.profiles.length === 0 ? 1 : 0);
  return tagged(`{"profiles":[${told.profiles.join(',')}],"missing":[]}`);
};

/** The texts of customers and the ids of those who are not there; undefined while nothing can be said of any. */
async function tellMany(
  exchange: Exchange,
  ids: readonly string[],
): Promise<{ profiles: string[]; missing: string[] } | undefined> {
  const { store } = exchange.state;
  const states = store.parts();
  if (isStarting(states, exchange.scope)) return undefined;
  const found = ids.length === 0 ? [] : await store.find(ids);
  const profiles: string[] = [];
  const missing: string[] = [];
  ids.forEach((id, place) => {
    const profile = found[place];
    const text = profile === undefined ? undefined : tellProfile(profile, states, exchange.scope);
    if (text === undefined) missing.push(id);
    else profiles.push(text);
  });
  return { profiles, missing };
}

/** `GET /v1/audiences/{audienceId}/members/{customerId}`. An unknown audience is answered like one that the key may not read. */
export const readMembership: RouteHandler = async (exchange, [audienceSegment = '', segment = '']) => {
  const { store, served, reads } = exchange.state;
  const { scope, caller, now } = exchange;
  const audienceId = decodeSegment(audienceSegment);
  const id = decodeSegment(segment);
  if (audienceId === undefined || id === undefined) return PROBLEMS.badTarget;
  const parts = served.partsOfAudience(audienceId).filter((part) => scope.has(part));
  if (parts.length === 0) {
    if (caller !== undefined) reads.addRefused(caller.id, now);
    return PROBLEMS.foreignAudience;
  }
  if (!isCustomerId(id)) return PROBLEMS.badCustomerId;
  const states = store.parts();
  if (isStarting(states, new Set(parts))) return PROBLEMS.starting;
  const [profile] = await store.find([id]);
  const told = states.flatMap((state, place) => {
    const text = profile?.parts[place] ?? null;
    if (text === null || state.asOf === undefined || !parts.includes(state.id)) return [];
    return [{ isMember: isMember(text, audienceId), asOf: state.asOf }];
  })[0];
  count(exchange, told === undefined ? 0 : 1, told === undefined ? 1 : 0);
  if (told === undefined || profile === undefined) return PROBLEMS.noCustomer;
  const membership: Membership = { audienceId, customerId: profile.id, ...told };
  return tagged(JSON.stringify(membership));
};

function count({ state, caller, now }: Exchange, found: number, missing: number): void {
  state.metrics.addProfiles(found, missing);
  if (caller !== undefined) state.reads.addRead(caller.id, found, missing, now);
}
