import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  defineDestination,
  type Batch,
  type BatchReply,
  type Delivery,
  type DeliveryContext,
  type DeliveryFailure,
  type Exchange,
} from './destination.ts';
import { asRetry, failDelivery } from './failure.ts';
import { openState, type KeptState } from './kept-state.ts';
import { readCount } from './read-settings.ts';
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

const LONGEST_NAME = 128;
/** A call takes fewer than 50 files. */
const FILES_PER_CALL = 49;

/** Types of a file with one identifier, and the headers of one with several. */
const HEADERS: Readonly<Record<string, string>> = {
  EMAIL_SHA256: 'Email_SHA256',
  PHONE_SHA256: 'Phone_SHA256',
  MAID_SHA256: 'MAID_SHA256',
};

const Uploaded = z.object({ file_path: z.string().min(1) });
const Created = z.object({ custom_audience_id: z.coerce.string().min(1) });

/** Customer files, at TikTok: an audience of files that are uploaded, also replaced as a whole. */
export const tiktokFile = defineDestination({
  kind: 'tiktok-file',
  label: 'TikTok audience (customer file)',
  description:
    'Uploads the members as files and makes, extends, reduces or replaces a TikTok audience with them.',
  channel: 'paid-media',
  settings: TIKTOK_SETTINGS,
  target: [
    ...TIKTOK_TARGET,
    {
      key: 'retentionDays',
      label: 'Days until the audience expires',
      kind: 'number',
      required: false,
      help: 'From 1 to 365; used when the audience is made. Empty for TikTok’s own.',
    },
  ],
  modes: ['add', 'remove', 'replace'],
  fields: [...TIKTOK_CONTACTS, tiktokDevice('MAID_SHA256', 'Mobile advertiser id')],
  minimumSize: 1000,
  nameField: 'audienceName',
  address: ['advertiserId', 'audienceName', 'audienceId'],
  test: testTiktok,
  delivery: {
    by: 'batches',
    // A file may have 50 MB; half of it is held in memory at a time.
    limits: () => ({ rows: 250_000, bytes: 25_000_000, rowOverhead: 8, concurrency: 1 }),
    // An upload alone reaches nobody: `finish` puts the files to use.
    resend: () => 'safe',
    open: async (context) => openFiles(context),
  },
});

interface FilesDelivery {
  readonly api: TiktokApi;
  readonly context: DeliveryContext;
  readonly kept: KeptState;
  readonly type: string;
}

function openFiles(context: DeliveryContext): Delivery {
  const api = openTiktok(context.settings, context.secrets);
  readTiktokTarget(context.target, LONGEST_NAME);
  const [only, ...others] = context.fields;
  const type = others.length === 0 && only !== undefined ? only : 'MULTIPLE_TYPES';
  const delivery: FilesDelivery = { api, context, kept: openState(context), type };
  return {
    send: (batch, signal) => upload(delivery, batch, signal),
    finish: (signal) => useFiles(delivery, signal),
  };
}

async function upload(
  { api, context, kept, type }: FilesDelivery,
  batch: Batch,
  signal: AbortSignal,
): Promise<BatchReply> {
  const file = encodeCsv(type, context.fields, batch);
  const name = `slipway-${context.run.id}-${batch.number}.csv`;
  const form = new FormData();
  form.set('advertiser_id', api.advertiserId);
  form.set('file_signature', createHash('md5').update(file).digest('hex'));
  form.set('calculate_type', type);
  form.set('file', new Blob([file], { type: 'text/csv' }), name);
  const { data, answer } = await api.post(Uploaded, '/dmp/custom_audience/file/upload/', form, signal);
  kept.keep({
    [`file-${batch.number}`]: data.file_path,
    files: Math.max(kept.number('files') ?? 0, batch.number),
  });
  return { rejected: [], exchange: { ...answer.exchange, note: `${name}, ${file.length} bytes` } };
}

/** One identifier a line without a header, or all with one. Hashes and phone numbers need no quotes. */
function encodeCsv(type: string, fields: readonly string[], batch: Batch): Buffer<ArrayBuffer> {
  const lines = batch.rows.map((row) => row.map((value) => value ?? '').join(','));
  const header = fields.map((key) => HEADERS[key] ?? key).join(',');
  return Buffer.from(`${[...(type === 'MULTIPLE_TYPES' ? [header] : []), ...lines].join('\n')}\n`);
}

/**
 * Puts the uploaded files to use, as many as a call takes at a time: a new audience is created from the first ones; one that exists is
 * appended to, reduced or replaced, and what follows a first call is appended. What was done is kept, so that another try goes on.
 */
async function useFiles(delivery: FilesDelivery, signal: AbortSignal): Promise<Exchange | undefined> {
  const { context, kept } = delivery;
  const paths = readPaths(kept);
  let last: Exchange | undefined;
  for (let done = kept.number('used') ?? 0; done < paths.length; done += FILES_PER_CALL) {
    const part = paths.slice(done, done + FILES_PER_CALL);
    const id = await findAudience(delivery, signal);
    // A creation without a clear outcome that is found by its name was one: it holds these files.
    const isMade = done === 0 && id !== undefined && kept.text('creating') === 'yes';
    if (id === undefined) last = await create(delivery, part, signal);
    else if (!isMade)
      last = await update(
        delivery,
        id,
        context.mode === 'remove' ? 'REMOVE' : followed(context, done),
        part,
        signal,
      );
    kept.keep({ used: done + FILES_PER_CALL });
  }
  return last;
}

/** TikTok replaces where no action is given: it always is. */
function followed({ mode }: DeliveryContext, done: number): 'REPLACE' | 'APPEND' {
  return mode === 'replace' && done === 0 ? 'REPLACE' : 'APPEND';
}

function readPaths(kept: KeptState): string[] {
  const count = kept.number('files') ?? 0;
  return Array.from({ length: count }, (_, index) => kept.text(`file-${index + 1}`)).filter(
    (path) => path !== undefined,
  );
}

async function findAudience(
  { api, context, kept }: FilesDelivery,
  signal: AbortSignal,
): Promise<string | undefined> {
  const known = kept.text('audienceId');
  if (known !== undefined) return known;
  const target = readTiktokTarget(context.target, LONGEST_NAME);
  const id = 'id' in target ? target.id : await findTiktokAudience(api, target.name, signal);
  if (id === undefined && context.mode === 'remove') throw nothingToReduce();
  if (id !== undefined) kept.keep({ audienceId: id });
  return id;
}

function nothingToReduce(): DeliveryFailure {
  return failDelivery(
    'stop',
    'NOT_FOUND',
    'The advertiser has no audience of this name to remove members from.',
    'Check the name of the audience in the activation.',
  );
}

async function create(
  { api, context, kept, type }: FilesDelivery,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Exchange> {
  const target = readTiktokTarget(context.target, LONGEST_NAME);
  const days = Math.floor(readCount(context.target, 'retentionDays', 0));
  const body = JSON.stringify({
    advertiser_id: api.advertiserId,
    custom_audience_name: 'name' in target ? target.name : '',
    file_paths: paths,
    calculate_type: type,
    ...(days >= 1 && days <= 365 ? { retention_in_days: days } : {}),
  });
  kept.keep({ creating: 'yes' });
  try {
    const { data, answer } = await api.post(Created, '/dmp/custom_audience/create/', body, signal);
    kept.keep({ audienceId: data.custom_audience_id });
    return { ...answer.exchange, note: `audience ${data.custom_audience_id}` };
  } catch (error) {
    throw asRetry(error);
  }
}

async function update(
  { api }: FilesDelivery,
  id: string,
  action: 'APPEND' | 'REMOVE' | 'REPLACE',
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Exchange> {
  const body = JSON.stringify({
    advertiser_id: api.advertiserId,
    custom_audience_id: id,
    action,
    file_paths: paths,
  });
  try {
    const { answer } = await api.post(z.object({}), '/dmp/custom_audience/update/', body, signal);
    return { ...answer.exchange, note: `audience ${id}, ${action}` };
  } catch (error) {
    // The same files again change nothing.
    throw asRetry(error);
  }
}
