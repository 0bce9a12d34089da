import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  DeliveryFailure,
  type Batch,
  type BatchReply,
  type Delivery,
  type DeliveryContext,
} from './destination.ts';
import type { FacebookApi } from './facebook-api.ts';
import { findOrMakeAudience } from './facebook-audience.ts';
import { FACEBOOK, isGraphCode } from './facebook-error.ts';
import { failDelivery, invalidSetting, outOfOrder, unreadableAnswer } from './failure.ts';
import { openState, type KeptState } from './kept-state.ts';

/** Both `audience_id` and `account_id` are documented for the audience's id: neither is needed. */
const Taken = z.object({
  num_received: z.coerce.number(),
  num_invalid_entries: z.coerce.number().default(0),
});

/** All values come as text. */
const Sessions = z.object({
  data: z.array(z.object({ session_id: z.coerce.string(), num_received: z.coerce.number().default(0) })),
});

/** Stands for an exchange where a failure came without one. */
const NO_EXCHANGE = { request: 'none', status: 'none' } as const;

interface UsersDelivery {
  readonly api: FacebookApi;
  readonly context: DeliveryContext;
  readonly kept: KeptState;
  readonly audience: string;
  readonly isNew: boolean;
}

/** Adds, removes or replaces the people of a custom audience, a session for each kind of act. */
export async function openUsersDelivery(api: FacebookApi, context: DeliveryContext): Promise<Delivery> {
  if (context.mode === 'replace' && context.fields.includes('EXTERN_ID')) {
    throw invalidSetting(
      'fields',
      'Meta takes no EXTERN_ID when an audience is replaced.',
      'Map other identifiers, or use the mode “mirror”.',
    );
  }
  const kept = openState(context);
  const { id, isNew } = await findOrMakeAudience(api, context, kept);
  const delivery: UsersDelivery = { api, context, kept, audience: id, isNew };
  if (context.mode !== 'replace') {
    return { send: (batch, signal) => sendUsers(delivery, batch, signal) };
  }
  return {
    send: (batch, signal) => replaceUsers(delivery, batch, signal),
    resolve: (batch, _sentAt, signal) => resolveReplace(delivery, batch, signal),
  };
}

/** The session of an act of this run: positive, below 2^48, the same again after a crash. `attempt` begins another one. */
function nameSession(runId: string, act: string, attempt: number): number {
  const digest = createHash('sha256').update(`${runId}:${act}:${attempt}`).digest();
  return Math.max(1, digest.readUIntBE(0, 6));
}

async function sendUsers(delivery: UsersDelivery, batch: Batch, signal: AbortSignal): Promise<BatchReply> {
  const { context, kept } = delivery;
  const key = `${batch.op}Session`;
  const session = kept.number(key) ?? nameSession(context.run.id, batch.op, 1);
  if (kept.number(key) === undefined) kept.keep({ [key]: session });
  try {
    return await postInSession(delivery, batch, session, signal);
  } catch (error) {
    throw retryWhileNew(error, delivery);
  }
}

/**
 * Adds or removes in a session. Where that is over, since its 90 minutes have passed or its last batch got there before an answer did, the
 * batch goes in a session of its own: done twice, it changes nothing.
 */
async function postInSession(
  delivery: UsersDelivery,
  batch: Batch,
  session: number,
  signal: AbortSignal,
): Promise<BatchReply> {
  const method = batch.op === 'add' ? 'POST' : 'DELETE';
  const path = `${delivery.audience}/users`;
  try {
    return await post(delivery, method, path, batch, session, signal);
  } catch (error) {
    const isOver = error instanceof DeliveryFailure && isGraphCode(error, '2650/1870158', '2650/1870159');
    if (!isOver) throw error;
    const own = nameSession(delivery.context.run.id, `${batch.op} ${batch.number}`, Date.now());
    return post(delivery, method, path, { ...batch, number: 1, isLast: true }, own, signal);
  }
}

/** Right after an audience was made its edge may not be there yet (“aliases … do not exist: users”). */
function retryWhileNew(error: unknown, { isNew }: UsersDelivery): unknown {
  if (!isNew || !(error instanceof DeliveryFailure) || !isGraphCode(error, '803')) return error;
  return outOfOrder(FACEBOOK, '803', error.exchange ?? NO_EXCHANGE);
}

/**
 * One batch of a replacement. Batch 1 wipes the audience, so a session sends it once; later ones may be repeated. A session that ended by
 * its 90 minutes, or that another try has finished, is continued by adding: the wipe has happened.
 */
async function replaceUsers(delivery: UsersDelivery, batch: Batch, signal: AbortSignal): Promise<BatchReply> {
  const { context, kept, audience } = delivery;
  if (kept.number('addFrom') !== undefined) return addInstead(delivery, batch, signal);
  const attempt = kept.number('attempt') ?? 1;
  kept.keep({ attempt });
  const session = nameSession(context.run.id, 'replace', attempt);
  try {
    return await post(delivery, 'POST', `${audience}/usersreplace`, batch, session, signal);
  } catch (error) {
    if (!(error instanceof DeliveryFailure)) throw error;
    if (batch.number > 1 && isGraphCode(error, '2650/1870158', '2650/1870159')) {
      kept.keep({ addFrom: batch.number });
      return addInstead(delivery, batch, signal);
    }
    if (isGraphCode(error, '2650/1870148')) throw restart(delivery, batch, error);
    throw batch.number === 1 ? doubtFirst(retryWhileNew(error, delivery)) : error;
  }
}

async function addInstead(delivery: UsersDelivery, batch: Batch, signal: AbortSignal): Promise<BatchReply> {
  const { context, kept } = delivery;
  const from = kept.number('addFrom') ?? 1;
  const session = nameSession(context.run.id, 'add', kept.number('attempt') ?? 1);
  const renumbered = { ...batch, number: Math.max(1, batch.number - from + 1) };
  return postInSession(delivery, renumbered, session, signal);
}

/** Meta asks to begin the replacement anew: the first batch may within this run, a later one needs all before it again. */
function restart({ kept }: UsersDelivery, batch: Batch, error: DeliveryFailure): DeliveryFailure {
  const attempt = kept.number('attempt') ?? 1;
  const exchange = error.exchange ?? NO_EXCHANGE;
  if (batch.number === 1 && attempt === 1) {
    kept.keep({ attempt: attempt + 1 });
    return outOfOrder(FACEBOOK, '2650/1870148', exchange);
  }
  return failDelivery(
    'stop',
    'DELIVERY_REJECTED',
    'Meta has broken off the replacement of the audience (2650/1870148): it holds a part of the members.',
    'Run the activation again from its beginning.',
    { exchange },
  );
}

/** Whether batch 1 has wiped the audience cannot be told from a failure in the middle: the session tells. */
function doubtFirst(error: unknown): unknown {
  if (!(error instanceof DeliveryFailure) || error.kind !== 'retry') return error;
  const isDoubtful = error.error.code === 'HOST_UNREACHABLE' && typeof error.exchange?.status === 'number';
  // Meta says itself that these took nothing.
  if (!isDoubtful || isGraphCode(error, '2650/1870145', '803')) return error;
  const { exchange = NO_EXCHANGE } = error;
  return new DeliveryFailure('unknown', error.error, { exchange, cause: error });
}

async function resolveReplace(
  { api, context, kept, audience }: UsersDelivery,
  batch: Batch,
  signal: AbortSignal,
): Promise<'taken' | 'not-taken' | 'unknown'> {
  // Only the first batch of a session wipes; others may be repeated.
  if (batch.number > 1) return 'not-taken';
  const attempt = kept.number('attempt') ?? 1;
  const session = nameSession(context.run.id, 'replace', attempt);
  const { json } = await api.ask('GET', `${audience}/sessions`, signal, {
    query: { session_id: String(session) },
  });
  const sessions = Sessions.safeParse(json);
  if (!sessions.success) return 'unknown';
  const found = sessions.data.data.find((each) => each.session_id === String(session));
  if (found !== undefined && found.num_received > 0) return 'taken';
  // Another session wipes and begins anew, whatever became of this one: no later batch was sent yet.
  kept.keep({ attempt: attempt + 1 });
  return 'not-taken';
}

async function post(
  { api, context }: UsersDelivery,
  method: 'POST' | 'DELETE',
  path: string,
  batch: Batch,
  session: number,
  signal: AbortSignal,
): Promise<BatchReply> {
  const body = JSON.stringify({
    session: {
      session_id: session,
      batch_seq: batch.number,
      last_batch_flag: batch.isLast,
      estimated_num_total: context.total,
    },
    payload: {
      schema: context.fields,
      // An unknown value is an empty text.
      data: batch.rows.map((row) => row.map((value) => value ?? '')),
    },
  });
  const { json, answer } = await api.ask(method, path, signal, { body });
  const taken = Taken.safeParse(json);
  if (!taken.success) throw unreadableAnswer(FACEBOOK, answer.exchange);
  const { num_received: received, num_invalid_entries: invalid } = taken.data;
  const refused = Math.min(Math.max(0, Math.floor(invalid)), batch.rows.length);
  return {
    rejected: Array.from({ length: refused }, () => ({ reason: 'not in the form that Meta matches on' })),
    exchange: { ...answer.exchange, note: `${received} received in the session, ${refused} invalid` },
  };
}
