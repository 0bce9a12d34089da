import { graphError } from './facebook-errors.ts';
import type { Members } from './facebook-members.ts';
import { readPayload, type ReadPayload } from './facebook-payload.ts';
import { isObject, unknownKeys, type JsonObject } from './json-shape.ts';
import type { VendorAnswer } from './vendor-server.ts';

interface Session {
  readonly id: string;
  readonly isReplace: boolean;
  readonly startedAt: number;
  readonly sequences: Set<number>;
  received: number;
  invalid: number;
  isFinished: boolean;
}

/** A custom audience. */
export interface Audience {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly source: string;
  readonly isValueBased: boolean;
  readonly members: Members;
  /** Every session of the audience, by its id. */
  readonly sessions: Map<string, Session>;
  /** 471 where Meta flagged the audience. */
  flag: number | undefined;
  /** Reads of the audience for which it still says `replace_in_progress`. */
  settling: number;
  /** Whether the next call to `users` meets the race after a create. */
  isNew: boolean;
}

/** What the calls on users are held to. */
export interface UsersWorld {
  readonly maxRows: number;
  /** How long a replace may take from its first batch: 90 minutes at the vendor. */
  readonly sessionMs: number;
  /** Reads of an audience until a finished replace is done. */
  readonly settleReads: number;
  readonly now: () => number;
  /** Ids of sessions are unique within the ad account. */
  readonly usedSessions: Set<string>;
}

const SESSION_KEYS = ['session_id', 'batch_seq', 'last_batch_flag', 'estimated_num_total'];
const parameter = (message: string): VendorAnswer => graphError(100, undefined, message);

interface Step {
  readonly id: string;
  readonly sequence: number;
  readonly isLast: boolean;
}

function readStep(session: unknown): Step | VendorAnswer | undefined {
  if (session === undefined) return undefined;
  if (!isObject(session)) return parameter('Param session must be an object');
  if (unknownKeys(session, SESSION_KEYS).length > 0) return parameter('Param session has an unknown key');
  const {
    session_id: id,
    batch_seq: sequence,
    last_batch_flag: isLast = false,
    estimated_num_total: total,
  } = session;
  // A number beyond 2^53 has lost digits by now: what was sent is not what was meant.
  const isWhole = typeof id === 'number' && Number.isSafeInteger(id) && id > 0;
  if (!isWhole) return parameter('Param session[session_id] must be a positive integer');
  if (typeof sequence !== 'number' || !Number.isInteger(sequence) || sequence < 1) {
    return parameter('Param session[batch_seq] must be a positive integer');
  }
  if (typeof isLast !== 'boolean') return parameter('Param session[last_batch_flag] must be a boolean');
  if (total !== undefined && typeof total !== 'number')
    return parameter('Param session[estimated_num_total] must be a number');
  return { id: String(id), sequence, isLast };
}

function isExpired(session: Session, { now, sessionMs }: UsersWorld): boolean {
  return now() - session.startedAt > sessionMs;
}

/** The replace that is under way, if any. */
function openReplace(audience: Audience, world: UsersWorld): Session | undefined {
  return [...audience.sessions.values()].find(
    (each) => each.isReplace && !each.isFinished && !isExpired(each, world),
  );
}

const inProgress = (): VendorAnswer => graphError(2650, 1_870_145, 'Audience update in progress');
const timedOut = (): VendorAnswer => graphError(2650, 1_870_158, 'The replace session timed out');
const finished = (): VendorAnswer => graphError(2650, 1_870_159, 'The session is finished');
const notFirst = (): VendorAnswer =>
  graphError(2650, 1_870_147, 'The first batch of a session must have batch_seq 1');

/** The session that a step belongs to, made by its first batch; or why the step is refused. */
function findSession(
  audience: Audience,
  step: Step,
  isReplace: boolean,
  world: UsersWorld,
): Session | VendorAnswer {
  const known = audience.sessions.get(step.id);
  if (known !== undefined) {
    if (known.isReplace !== isReplace) return parameter('The session belongs to another kind of update');
    if (known.isFinished) return finished();
    if (isExpired(known, world)) return timedOut();
    // The batch that wipes the audience must never be sent again.
    return isReplace && step.sequence === 1 ? parameter('batch_seq 1 was received before') : known;
  }
  if (world.usedSessions.has(step.id)) return parameter('session_id is not unique in the ad account');
  if (isReplace && step.sequence !== 1) return notFirst();
  const startedAt = world.now();
  return {
    id: step.id,
    isReplace,
    startedAt,
    sequences: new Set(),
    received: 0,
    invalid: 0,
    isFinished: false,
  };
}

function reply(
  audience: Audience,
  session: Session | undefined,
  read: ReadPayload,
  isReplace: boolean,
): VendorAnswer {
  const samples = Object.fromEntries(
    Array.from({ length: Math.min(read.invalid, 3) }, (_, at) => [
      `entry_${at}`,
      'Sample of an invalid entry',
    ]),
  );
  return {
    status: 200,
    rows: read.received,
    json: {
      // The guide shows `account_id` for a replace and `audience_id` for users.
      ...(isReplace ? { account_id: audience.id } : { audience_id: audience.id }),
      session_id: session?.id ?? '0',
      num_received: session?.received ?? read.received,
      num_invalid_entries: session?.invalid ?? read.invalid,
      invalid_entry_samples: read.invalid === 0 ? [] : samples,
    },
  };
}

/** Answers POST and DELETE of `users`, and POST of `usersreplace`. */
export function changeUsers(
  audience: Audience,
  act: 'add' | 'remove' | 'replace',
  params: JsonObject,
  world: UsersWorld,
): VendorAnswer {
  const isReplace = act === 'replace';
  if (audience.isNew) {
    audience.isNew = false;
    return graphError(803, undefined, 'Some of the aliases you requested do not exist: users');
  }
  if (audience.flag !== undefined) return graphError(100, 1_713_230, 'The audience is flagged');
  const step = readStep(params['session']);
  if (step !== undefined && 'status' in step) return step;
  if (isReplace && step === undefined) return parameter('Missing parameter(s): session');
  const open = openReplace(audience, world);
  if (audience.settling > 0 || (open !== undefined && open.id !== step?.id)) return inProgress();
  const { maxRows } = world;
  const read = readPayload(params['payload'], { isReplace, isValueBased: audience.isValueBased, maxRows });
  if ('status' in read) return read;
  const session = step === undefined ? undefined : findSession(audience, step, isReplace, world);
  if (session !== undefined && 'status' in session) return { ...session, rows: read.received };
  if (isReplace && step?.sequence === 1) audience.members.clear();
  for (const person of read.people) {
    if (act === 'remove') audience.members.remove(person);
    else audience.members.add(person);
  }
  if (session !== undefined && step !== undefined) {
    audience.sessions.set(session.id, session);
    world.usedSessions.add(session.id);
    session.sequences.add(step.sequence);
    session.received += read.received;
    session.invalid += read.invalid;
    if (step.isLast) {
      session.isFinished = true;
      if (isReplace) audience.settling = world.settleReads;
    }
  }
  return reply(audience, session, read, isReplace);
}

/** The fields of an audience as `GET /{id}?fields=` gives them. */
export function readAudienceFields(audience: Audience, world: UsersWorld): JsonObject {
  const isReplacing = audience.settling > 0 || openReplace(audience, world) !== undefined;
  if (audience.settling > 0) audience.settling -= 1;
  const size = audience.members.rows().size;
  // Sizes are bounds, never exact.
  const [lower, upper] = size < 1000 ? [-1, -1] : [Math.floor(size * 0.9), Math.ceil(size * 1.1)];
  return {
    id: audience.id,
    name: audience.name,
    description: audience.description,
    subtype: 'CUSTOM',
    customer_file_source: audience.source,
    is_value_based: audience.isValueBased,
    approximate_count_lower_bound: lower,
    approximate_count_upper_bound: upper,
    operation_status:
      audience.flag === undefined
        ? // Meta publishes no numbers but 471: nothing may rest on another.
          { code: 0, description: isReplacing ? 'replace_in_progress' : 'Normal' }
        : { code: audience.flag, description: 'The audience is flagged' },
    delivery_status:
      size < 1000 ? { code: 300, description: 'Too small' } : { code: 200, description: 'Ready' },
    time_updated: Math.floor(world.now() / 1000),
  };
}

/** The sessions of an audience as its edge gives them: every number a text. */
export function readSessions(audience: Audience, wanted: string | null): VendorAnswer {
  const sessions = [...audience.sessions.values()].filter(({ id }) => wanted === null || id === wanted);
  return {
    status: 200,
    json: {
      data: sessions.map((each) => ({
        session_id: each.id,
        start_time: String(Math.floor(each.startedAt / 1000)),
        end_time: each.isFinished ? String(Math.floor(each.startedAt / 1000) + 1) : '0',
        num_received: String(each.received),
        num_matched: '-1',
        num_invalid_entries: String(each.invalid),
        progress: each.isFinished ? '100' : '0',
        stage: each.isFinished ? 'complete' : 'uploading',
      })),
    },
  };
}
