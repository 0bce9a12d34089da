import { byteLength, isList, isObject, unknownKeys, type JsonObject } from './json-shape.ts';
import { sparkPostError } from './sparkpost-errors.ts';
import {
  checkMetadata,
  checkSubstitution,
  isAccepted,
  isRefused,
  readRecipient,
  type Recipient,
  type RecipientError,
} from './sparkpost-recipients.ts';
import type { VendorAnswer } from './vendor-server.ts';

/** A mail that SparkPost would send. */
export interface Mail {
  readonly to: string;
  readonly transmission: string;
  readonly campaign: string | undefined;
  readonly metadata: JsonObject;
  readonly substitution: JsonObject;
  readonly template: string | undefined;
  /** Milliseconds of the epoch. */
  readonly at: number;
}

/** What transmissions draw on. */
export interface TransmissionWorld {
  readonly templates: ReadonlyMap<string, { readonly published: boolean; readonly draft: boolean }>;
  readonly findList: (id: string) => readonly Recipient[] | undefined;
  readonly maxRecipients: number;
  readonly ignore: (field: string) => void;
  readonly nextId: () => string;
  readonly now: () => number;
  readonly mails: Mail[];
}

const BODY_KEYS = [
  ...['options', 'override', 'recipients', 'content', 'campaign_id', 'description', 'metadata'],
  ...['substitution_data', 'return_path', 'tracking_domain', 'name'],
];
const OPTION_KEYS = [
  ...[
    'start_time',
    'open_tracking',
    'click_tracking',
    'transactional',
    'sandbox',
    'skip_suppression',
    'ip_pool',
  ],
  ...['inline_css', 'perform_substitutions', 'dkim_key', 'initial_open'],
];
const CONTENT_KEYS = [
  ...[
    'template_id',
    'use_draft_template',
    'from',
    'subject',
    'html',
    'text',
    'amp_html',
    'reply_to',
    'headers',
  ],
  ...['attachments', 'inline_images', 'ab_test_id', 'email_rfc822'],
];

const wrongType = (description: string): VendorAnswer =>
  sparkPostError(422, '1300', 'invalid data format/type', description);
const missing = (description: string): VendorAnswer =>
  sparkPostError(422, '1400', 'required field is missing', description);

function checkOptions(options: unknown, { ignore, now }: TransmissionWorld): VendorAnswer | undefined {
  if (options === undefined) return undefined;
  if (!isObject(options)) return wrongType('options must be an object');
  for (const key of unknownKeys(options, OPTION_KEYS)) ignore(`options.${key}`);
  for (const key of ['open_tracking', 'click_tracking', 'transactional', 'sandbox', 'inline_css']) {
    if (options[key] !== undefined && typeof options[key] !== 'boolean')
      return wrongType(`options.${key} must be a boolean`);
  }
  const start = options['start_time'];
  if (start === undefined) return undefined;
  const at = typeof start === 'string' ? Date.parse(start) : Number.NaN;
  const days = (at - now()) / 86_400_000;
  return Number.isNaN(at) || days > 3
    ? wrongType('options.start_time must be a time within 3 days')
    : undefined;
}

function checkContent(content: unknown, { ignore, templates }: TransmissionWorld): VendorAnswer | undefined {
  if (!isObject(content)) return missing('content object or template_id required');
  for (const key of unknownKeys(content, CONTENT_KEYS)) ignore(`content.${key}`);
  const { template_id: template, use_draft_template: draft } = content;
  if (template === undefined) {
    const isWhole =
      'email_rfc822' in content ||
      ('from' in content && 'subject' in content && ('html' in content || 'text' in content));
    return isWhole ? undefined : missing('content object or template_id required');
  }
  if (typeof template !== 'string') return wrongType('content.template_id must be a string');
  if (draft !== undefined && typeof draft !== 'boolean')
    return wrongType('content.use_draft_template must be a boolean');
  const found = templates.get(template);
  if (found === undefined) {
    return sparkPostError(422, '1603', 'Subresource not found', `template '${template}' does not exist`);
  }
  const isThere = draft === true ? found.draft : found.published;
  return isThere
    ? undefined
    : sparkPostError(422, '2005', 'template has no such version', 'no published version of the template');
}

function checkTexts(body: JsonObject): VendorAnswer | undefined {
  for (const [key, limit] of [
    ['campaign_id', 64],
    ['description', 1024],
  ] as const) {
    const value = body[key];
    if (value === undefined) continue;
    if (typeof value !== 'string' || byteLength(value) > limit)
      return wrongType(`${key} must be at most ${limit} bytes`);
  }
  const wrong =
    checkMetadata(body['metadata'], 10_240) ??
    checkSubstitution(body['substitution_data'], 'substitution_data', 102_400);
  return wrong === undefined ? undefined : wrongType(wrong);
}

interface ReadRecipients {
  readonly accepted: readonly Recipient[];
  readonly errors: readonly RecipientError[];
  readonly count: number;
}

function readRecipients(value: unknown, world: TransmissionWorld): ReadRecipients | VendorAnswer {
  if (isObject(value)) {
    for (const key of unknownKeys(value, ['list_id'])) world.ignore(`recipients.${key}`);
    const id = value['list_id'];
    if (typeof id !== 'string') return missing('recipients.list_id is required');
    const accepted = world.findList(id);
    if (accepted === undefined)
      return sparkPostError(422, '1603', 'Subresource not found', `list '${id}' does not exist`);
    return { accepted, errors: [], count: accepted.length };
  }
  if (!isList(value)) return missing('recipients is required');
  if (value.length > world.maxRecipients) return sparkPostError(413, '1300', 'Request Entity Too Large');
  const read = value.map((each) => readRecipient(each, world.ignore));
  const errors = read.filter(isRefused);
  const accepted = read.filter(isAccepted);
  return { accepted, errors, count: value.length };
}

/** Answers `POST /transmissions`: checks it whole, then sends a mail to every recipient that it accepts. */
export function createTransmission(body: JsonObject, world: TransmissionWorld): VendorAnswer {
  for (const key of unknownKeys(body, BODY_KEYS)) world.ignore(key);
  const read = readRecipients(body['recipients'], world);
  if ('status' in read) return read;
  const refusal =
    checkContent(body['content'], world) ?? checkOptions(body['options'], world) ?? checkTexts(body);
  if (refusal !== undefined) return { ...refusal, rows: read.count };
  const { accepted, errors, count } = read;
  if (accepted.length === 0) {
    return { ...sparkPostError(400, '5002', 'At least one valid recipient is required'), rows: count };
  }
  const { campaign_id: campaign, metadata, substitution_data: substitution, content } = body;
  const template = isObject(content) ? content['template_id'] : undefined;
  const id = world.nextId();
  for (const each of accepted) {
    world.mails.push({
      to: each.address,
      transmission: id,
      campaign: typeof campaign === 'string' ? campaign : undefined,
      metadata: { ...(isObject(metadata) ? metadata : {}), ...each.metadata },
      substitution: { ...(isObject(substitution) ? substitution : {}), ...each.substitution },
      template: typeof template === 'string' ? template : undefined,
      at: world.now(),
    });
  }
  return {
    status: 200,
    rows: count,
    json: {
      ...(errors.length === 0
        ? {}
        : { errors: [{ message: 'transmission created, but with validation errors', code: '2000' }] }),
      results: {
        ...(errors.length === 0 ? {} : { rcpt_to_errors: errors }),
        total_rejected_recipients: errors.length,
        total_accepted_recipients: accepted.length,
        id,
      },
    },
  };
}
