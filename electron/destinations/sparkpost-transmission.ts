import { z } from 'zod';
import type { Settings } from '../domain/field-spec.ts';
import type { Batch, BatchReply, Delivery, DeliveryContext } from './destination.ts';
import { invalidSetting, unreadableAnswer } from './failure.ts';
import { readJson, type HttpAnswer } from './http.ts';
import { readCount, readSwitch, readText } from './read-settings.ts';
import { classifySparkpost, readCodes, readCounts, SPARKPOST, type SparkpostApi } from './sparkpost-api.ts';
import { encodeRecipients } from './sparkpost-recipients.ts';

/** “10 × 2,000 is better than 4 × 5,000”, at most 10 connections, 50 MB (SparkPost support, “SMTP and REST API performance”). */
export const TRANSMISSION_LIMITS = {
  rows: 2000,
  bytes: 20_000_000,
  rowOverhead: 120,
  concurrency: 4,
} as const;

/** Minutes after which events of a transmission are expected to be there; the vendor publishes no number. */
export const SETTLE_MINUTES = 15;

/** How an unknown outcome is resolved, for people. */
export const TRANSMISSION_RULE =
  'A batch with an unknown outcome is looked up in the injection events of SparkPost by its campaign id. Found, it counts as sent; ' +
  'it is sent again only where nothing is found after the waiting time of the destination, and stays unknown where events cannot be read ' +
  'or a day has passed.';

const GRANT = '“Transmissions: Read/Write” and “Templates: Read-only”';
const LONGEST_CAMPAIGN = 64;
/** Without a start the events of the last 24 hours are searched (from memory of the Events API; unconfirmed). */
const SEARCHED_MS = 23 * 3_600_000;

const Events = z.object({
  results: z.array(z.unknown()).default([]),
  total_count: z.number().default(0),
});

/** Sends a stored template to each member. Nothing here is ever sent twice on a guess. */
export function openTransmissionDelivery(api: SparkpostApi, context: DeliveryContext): Delivery {
  const { target, settings } = context;
  const templateId = readText(target, 'templateId');
  if (templateId === '') {
    throw invalidSetting(
      'target.templateId',
      'The id of the template is missing.',
      'Copy it from the template page of SparkPost.',
    );
  }
  return {
    send: (batch, signal) => transmit(api, context, templateId, batch, signal),
    resolve: async (batch, sentAt, signal) => {
      const waited = Date.now() - sentAt;
      const settled = readCount(settings, 'settleMinutes', SETTLE_MINUTES) * 60_000;
      const campaign = encodeURIComponent(nameCampaign(context, batch.number));
      const answer = await api.ask(
        'GET',
        `/events/message?events=injection&campaigns=${campaign}&per_page=1`,
        signal,
      );
      if (answer.status === 401) throw classifySparkpost(answer, GRANT);
      const events = Events.safeParse(readJson(answer.text));
      if (answer.status !== 200 || !events.success) return 'unknown';
      if (events.data.results.length > 0 || events.data.total_count > 0) return 'taken';
      return waited >= settled && waited < SEARCHED_MS ? 'not-taken' : 'unknown';
    },
  };
}

/** Unique by run and batch, at most 64 bytes; begins with the campaign of the target, for the vendor's reports. */
function nameCampaign({ run, target }: DeliveryContext, batch: number): string {
  const end = `${run.id}-${batch}`;
  const begin = readText(target, 'campaign')
    .replace(/[^A-Za-z0-9-]+/g, '-')
    .slice(0, LONGEST_CAMPAIGN - end.length - 1);
  return begin === '' ? end : `${begin}_${end}`;
}

async function transmit(
  api: SparkpostApi,
  context: DeliveryContext,
  templateId: string,
  batch: Batch,
  signal: AbortSignal,
): Promise<BatchReply> {
  const head = JSON.stringify({
    campaign_id: nameCampaign(context, batch.number),
    metadata: {
      run_id: context.run.id,
      batch: batch.number,
      activation_id: context.run.activationId,
    },
    options: readOptions(context.target),
    content: { template_id: templateId, use_draft_template: false },
  });
  const recipients = encodeRecipients(context.fields, batch.rows);
  const body = Buffer.from(`${head.slice(0, -1)},"recipients":${recipients}}`);
  const answer = await api.ask('POST', '/transmissions', signal, body);
  if (answer.status === 200) {
    const reply = readCounts(answer);
    if (reply === undefined) throw unreadableAnswer(SPARKPOST, answer.exchange);
    return reply;
  }
  if (isAmbiguous(answer)) throw unreadableAnswer(SPARKPOST, answer.exchange);
  throw classifySparkpost(answer, GRANT);
}

/**
 * Whether mails may have been sent although the answer is an error: the vendor says to try again after any 5xx, which can send twice. Only
 * a 503 with the vendor's own code says for sure that nothing was taken.
 */
function isAmbiguous(answer: HttpAnswer): boolean {
  const { status } = answer;
  if (status === 503) return readCodes(answer).length === 0;
  return status >= 500 || status === 408 || (status > 200 && status < 300);
}

function readOptions(target: Settings): Record<string, boolean> {
  return {
    open_tracking: readSwitch(target, 'openTracking', true),
    click_tracking: readSwitch(target, 'clickTracking', true),
    transactional: readSwitch(target, 'transactional', false),
    ...(readSwitch(target, 'sandbox', false) ? { sandbox: true } : {}),
  };
}
