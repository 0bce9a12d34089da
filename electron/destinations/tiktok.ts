import { z } from 'zod';
import {
  defineDestination,
  type Batch,
  type BatchReply,
  type Delivery,
  type DeliveryContext,
} from './destination.ts';
import { asRetry, failDelivery } from './failure.ts';
import { openState } from './kept-state.ts';
import {
  findTiktokAudience,
  openTiktok,
  readTiktokTarget,
  testTiktok,
  TIKTOK_CONTACTS,
  TIKTOK_SETTINGS,
  TIKTOK_TARGET,
  tiktokDevice,
  type TiktokApi,
} from './tiktok-api.ts';

/** Longer names are cut by TikTok and would not be found again. */
const LONGEST_NAME = 70;

const Created = z.object({ audience_id: z.coerce.string().min(1) });

/** Streaming audiences, at TikTok: fits a mirror, may need TikTok's permission. */
export const tiktok = defineDestination({
  kind: 'tiktok',
  label: 'TikTok audience (streaming)',
  description:
    'Adds and removes the members of a TikTok audience as they change. The app may need to be allowed for it by TikTok.',
  channel: 'paid-media',
  settings: TIKTOK_SETTINGS,
  target: TIKTOK_TARGET,
  modes: ['add', 'remove', 'mirror'],
  fields: [
    ...TIKTOK_CONTACTS,
    tiktokDevice('IDFA_SHA256', 'Mobile advertiser id (Apple)'),
    tiktokDevice('AAID_SHA256', 'Mobile advertiser id (Android)'),
  ],
  minimumSize: 1000,
  nameField: 'audienceName',
  address: ['advertiserId', 'audienceName', 'audienceId'],
  test: testTiktok,
  delivery: {
    by: 'batches',
    limits: () => ({
      // Nothing is published; others who deliver to TikTok use 1,000 people or 1 MB.
      rows: 1000,
      bytes: 1_000_000,
      // The audience id beside each of four identifiers.
      rowOverhead: 260,
      concurrency: 4,
      // The smallest app tier has 10 a second.
      requestsPerSecond: 8,
    }),
    resend: () => 'safe',
    open: openMapping,
  },
});

async function openMapping(context: DeliveryContext): Promise<Delivery> {
  const api = openTiktok(context.settings, context.secrets);
  const audience = await findOrMake(api, context);
  return { send: (batch, signal) => mapSegment(api, context.fields, audience, batch, signal) };
}

async function findOrMake(api: TiktokApi, context: DeliveryContext): Promise<string> {
  const kept = openState(context);
  const known = kept.text('audienceId');
  if (known !== undefined) return known;
  const target = readTiktokTarget(context.target, LONGEST_NAME);
  if ('id' in target) return target.id;
  const { name } = target;
  const found = await findTiktokAudience(api, name, context.signal);
  if (found === undefined && context.mode === 'remove') throw audienceMissing(name);
  const id = found ?? (await makeAudience(api, name, context.signal));
  kept.keep({ audienceId: id });
  return id;
}

function audienceMissing(name: string): Error {
  return failDelivery(
    'stop',
    'NOT_FOUND',
    `The advertiser has no audience “${name}” to remove members from.`,
    'Check the name of the audience in the activation.',
  );
}

async function makeAudience(api: TiktokApi, name: string, signal: AbortSignal): Promise<string> {
  const body = JSON.stringify({
    advertiser_id: api.advertiserId,
    custom_audience_name: name,
    action: 'create',
  });
  try {
    const { data } = await api.post(Created, '/segment/audience/', body, signal);
    return data.audience_id;
  } catch (error) {
    // The next try looks for the name before it makes another.
    throw asRetry(error);
  }
}

async function mapSegment(
  api: TiktokApi,
  fields: readonly string[],
  audience: string,
  batch: Batch,
  signal: AbortSignal,
): Promise<BatchReply> {
  const head = JSON.stringify({
    advertiser_ids: [api.advertiserId],
    action: batch.op === 'add' ? 'add' : 'delete',
    id_schema: fields,
  });
  const end = `,"audience_ids":${JSON.stringify([audience])}}`;
  // The places of a row follow the schema: a missing identifier keeps its place.
  const rows = batch.rows.map(
    (row) => `[${row.map((id) => (id === null ? '{}' : `{"id":${JSON.stringify(id)}${end}`)).join(',')}]`,
  );
  const body = `${head.slice(0, -1)},"batch_data":[${rows.join(',')}]}`;
  const { isPartial, answer } = await api.post(z.object({}), '/segment/mapping/', body, signal);
  return {
    // How many were left out is not documented.
    rejected: isPartial ? [{ reason: 'TikTok took a part of the batch (20001)' }] : [],
    exchange: answer.exchange,
  };
}
