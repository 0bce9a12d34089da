import { z } from 'zod';
import type { Batch, BatchReply, Delivery, DeliveryContext, Exchange } from './destination.ts';
import { asRetry, failDelivery, invalidSetting } from './failure.ts';
import { openState, type KeptState } from './kept-state.ts';
import { onlyOne, readTargetId } from './named-target.ts';
import type { PinterestApi } from './pinterest-api.ts';
import { readText } from './read-settings.ts';

/** A customer list; `status` is PROCESSING, READY, TOO_SMALL or UPLOADING. Counters rise for duplicates too, so they are no sizes. */
const CustomerList = z.object({
  id: z.string(),
  name: z.string().optional(),
  status: z.string().optional(),
});

const Audience = z.object({
  id: z.string(),
  audience_type: z.string().optional(),
  rule: z.object({ customer_list_id: z.string().optional() }).nullish(),
});

interface ListDelivery {
  readonly api: PinterestApi;
  readonly context: DeliveryContext;
  readonly kept: KeptState;
  readonly name: string;
}

/** Adds to and removes from one customer list; the first batch makes it, since Pinterest takes no empty list. */
export async function openCustomerList(api: PinterestApi, context: DeliveryContext): Promise<Delivery> {
  const kept = openState(context);
  const name = readText(context.target, 'listName');
  const given = readTargetId(
    context.target,
    'listId',
    'The id of the customer list',
    'Copy it from Pinterest, or enter the name.',
  );
  if (name === '' && given === '') {
    throw invalidSetting(
      'target.listName',
      'The customer list has neither a name nor an id.',
      'Enter the name of the customer list in the activation.',
    );
  }
  const delivery: ListDelivery = { api, context, kept, name };
  if (given !== '') kept.keep({ listId: given });
  else await findList(delivery, context.signal);
  if (context.mode === 'remove' && kept.text('listId') === undefined) {
    throw failDelivery(
      'stop',
      'NOT_FOUND',
      `The ad account has no customer list “${name}” to remove members from.`,
      'Check the name of the customer list in the activation.',
    );
  }
  return {
    send: (batch, signal) => sendRecords(delivery, batch, signal),
    finish: (signal) => makeAudience(delivery, signal),
  };
}

/** Looks for the list by its name unless its id is kept. @throws DeliveryFailure SETTINGS_INVALID where several have the name */
async function findList({ api, kept, name }: ListDelivery, signal: AbortSignal): Promise<string | undefined> {
  const known = kept.text('listId');
  if (known !== undefined) return known;
  const found = new Set<string>();
  for await (const list of api.list(CustomerList, `${api.account}/customer_lists`, signal)) {
    if (list.name === name) found.add(list.id);
  }
  const id = onlyOne(found, 'listName', 'customer lists of the ad account', name);
  if (id !== undefined) kept.keep({ listId: id });
  return id;
}

async function sendRecords(delivery: ListDelivery, batch: Batch, signal: AbortSignal): Promise<BatchReply> {
  const { api, context, kept, name } = delivery;
  // Only a comma separates records; the recipes leave no value with one.
  const records = batch.rows.flatMap(([value]) => (value == null ? [] : [value])).join(',');
  // Where a creation had no clear outcome, the list is there by now: adding again changes nothing.
  const listId = kept.text('listId') ?? (await findList(delivery, signal));
  if (listId === undefined && batch.op === 'remove') {
    return {
      rejected: [],
      exchange: { request: 'none', status: 'none', note: 'There is no customer list to remove from.' },
    };
  }
  if (listId !== undefined) {
    const operation = batch.op === 'add' ? 'ADD' : 'REMOVE';
    const body = JSON.stringify({ operation_type: operation, records });
    const path = `${api.account}/customer_lists/${listId}`;
    const { value, answer } = await api.ask(CustomerList, 'PATCH', path, signal, body);
    return { rejected: [], exchange: { ...answer.exchange, note: describeList(value) } };
  }
  const body = JSON.stringify({ name, records, list_type: context.fields[0] });
  try {
    const path = `${api.account}/customer_lists`;
    const { value, answer } = await api.ask(CustomerList, 'POST', path, signal, body);
    kept.keep({ listId: value.id });
    return { rejected: [], exchange: { ...answer.exchange, note: describeList(value) } };
  } catch (error) {
    throw asRetry(error);
  }
}

function describeList({ id, status }: z.infer<typeof CustomerList>): string {
  return `customer list ${id}${status === undefined ? '' : `, ${status}`}`;
}

/** Makes the audience that campaigns target from the list, unless there is one. */
async function makeAudience(
  { api, context, kept, name }: ListDelivery,
  signal: AbortSignal,
): Promise<Exchange | undefined> {
  const listId = kept.text('listId');
  if (listId === undefined || context.mode === 'remove') return undefined;
  const path = `${api.account}/audiences`;
  for await (const audience of api.list(Audience, path, signal)) {
    if (audience.audience_type !== 'CUSTOMER_LIST' || audience.rule?.customer_list_id !== listId) continue;
    return undefined;
  }
  const description = readText(context.target, 'description');
  const body = JSON.stringify({
    ad_account_id: api.account.slice('/ad_accounts/'.length),
    name: readText(context.target, 'audienceName', name === '' ? `Customer list ${listId}` : name),
    audience_type: 'CUSTOMER_LIST',
    ...(description === '' ? {} : { description }),
    rule: { customer_list_id: listId },
  });
  try {
    const { value, answer } = await api.ask(Audience, 'POST', path, signal, body);
    return { ...answer.exchange, note: `audience ${value.id}` };
  } catch (error) {
    // The next try looks for it before it makes another.
    throw asRetry(error);
  }
}
