import { z } from 'zod';
import type { Settings } from '../domain/field-spec.ts';
import type { Batch, BatchReply, Delivery, DeliveryContext, Exchange } from './destination.ts';
import { asRetry, invalidSetting, outOfOrder, unreadableAnswer } from './failure.ts';
import { readJson } from './http.ts';
import { openState, type KeptState } from './kept-state.ts';
import { readText } from './read-settings.ts';
import { classifySparkpost, hasCode, readCounts, SPARKPOST, type SparkpostApi } from './sparkpost-api.ts';
import { encodeRecipients } from './sparkpost-recipients.ts';

/** A batch is a whole list: SparkPost replaces lists and knows no single recipients. The size of a list is not published. */
export const LIST_LIMITS = {
  rows: 200_000,
  bytes: 45_000_000,
  rowOverhead: 120,
  concurrency: 1,
} as const;

const GRANT = '“Recipient Lists: Read/Write”';
/** Room for `-` and a number at the end of the 64 bytes of an id. */
const LONGEST_ID = 58;

/** A list by its marks: `slipway_of` says which list it continues. */
const Found = z.object({
  results: z.object({ attributes: z.object({ slipway_of: z.string() }).partial().optional() }),
});

interface ListDelivery {
  readonly api: SparkpostApi;
  readonly context: DeliveryContext;
  readonly listId: string;
  readonly kept: KeptState;
}

/** Writes the audience as a recipient list; what does not fit continues in `<id>-2`, `<id>-3`, …. */
export function openListDelivery(api: SparkpostApi, context: DeliveryContext): Delivery {
  const listId = readListId(context.target);
  const delivery: ListDelivery = { api, context, listId, kept: openState(context) };
  return {
    send: (batch, signal) => putList(delivery, batch, signal),
    finish: async (signal) => {
      try {
        return await removeRest(delivery, signal);
      } catch (error) {
        // What is deleted is looked up before.
        throw asRetry(error);
      }
    },
  };
}

function readListId(target: Settings): string {
  const id = readText(target, 'listId');
  if (/^[A-Za-z0-9._-]+$/.test(id) && id.length <= LONGEST_ID && !id.startsWith('rcptlist_')) return id;
  throw invalidSetting(
    'target.listId',
    id === '' ? 'The id of the recipient list is missing.' : 'The id of the recipient list cannot be used.',
    `Use up to ${LONGEST_ID} letters, digits, dots, hyphens and underscores, not beginning with “rcptlist_”.`,
  );
}

function nameList(listId: string, number: number): string {
  return number === 1 ? listId : `${listId}-${number}`;
}

async function putList(delivery: ListDelivery, batch: Batch, signal: AbortSignal): Promise<BatchReply> {
  const { api, context, listId, kept } = delivery;
  const id = nameList(listId, batch.number);
  kept.keep({ lists: Math.max(kept.number('lists') ?? 0, batch.number) });
  const recipients = `"recipients":${encodeRecipients(context.fields, batch.rows)}}`;
  let answer = await api.ask(
    'PUT',
    `/recipient-lists/${id}?num_rcpt_errors=3`,
    signal,
    Buffer.from(`{${recipients}`),
  );
  if (answer.status === 404 && hasCode(answer, '1600')) {
    // The mark is set at the making only: an update would replace attributes that a person has set.
    const head = JSON.stringify({ id, attributes: { slipway_of: listId } });
    const body = Buffer.from(`${head.slice(0, -1)},${recipients}`);
    answer = await api.ask('POST', '/recipient-lists?num_rcpt_errors=3', signal, body);
    // Made by another between the two requests: the next try updates it.
    if (hasCode(answer, '5001')) throw outOfOrder(SPARKPOST, '5001', answer.exchange);
  }
  if (answer.status !== 200) throw classifySparkpost(answer, GRANT);
  const reply = readCounts(answer);
  if (reply === undefined) throw unreadableAnswer(SPARKPOST, answer.exchange);
  return reply;
}

/**
 * Deletes the lists that an earlier, larger run has made behind the last one of this run. Where no row was sent, all stays unless the
 * target says otherwise: SparkPost takes no empty list.
 */
async function removeRest(
  { api, context, listId, kept }: ListDelivery,
  signal: AbortSignal,
): Promise<Exchange | undefined> {
  const written = kept.number('lists') ?? 0;
  if (written === 0 && readText(context.target, 'whenEmpty', 'keep') === 'keep') {
    return { request: 'none', status: 'kept', note: 'No recipient to send: the list stays as it was.' };
  }
  let last: Exchange | undefined;
  for (let number = written + 1; ; number += 1) {
    const path = `/recipient-lists/${nameList(listId, number)}`;
    const found = await api.ask('GET', path, signal);
    if (found.status === 404) return last ?? { ...found.exchange, note: 'No list is left to delete.' };
    if (found.status !== 200) throw classifySparkpost(found, GRANT);
    const parsed = Found.safeParse(readJson(found.text));
    // A list of another maker that has this id by chance. The first one was named by a person.
    if (number > 1 && (!parsed.success || parsed.data.results.attributes?.slipway_of !== listId)) return last;
    const answer = await api.ask('DELETE', path, signal);
    if (answer.status !== 404 && (answer.status < 200 || answer.status >= 300)) {
      throw classifySparkpost(answer, GRANT);
    }
    last = { ...answer.exchange, note: 'Deleted, since no members are left for it.' };
  }
}
