import type { DestinationKindView, DestinationView } from '../../../electron/contract/contract.ts';
import type { Audience } from '../../../electron/domain/audience.ts';
import type { Activation } from '../../../electron/domain/activation.ts';
import type { FieldSpec } from '../../../electron/domain/field-spec.ts';
import { SERVER_KEY } from './server-key.ts';

const choose = (key: string, label: string, ...values: string[]): FieldSpec => ({
  key,
  label,
  kind: 'select',
  required: true,
  initial: values[0] ?? '',
  options: values.map((value) => ({ value, label: value })),
});

const FILE_TARGET: FieldSpec[] = [
  {
    key: 'fileName',
    label: 'File name',
    kind: 'text',
    required: true,
    initial: '{activation}-{date}',
    help: 'Of {activation}, {audience}, {date}, {time}, {run} and {part}.',
  },
  { ...choose('format', 'Format', 'csv', 'jsonl', 'parquet') },
  { ...choose('delimiter', 'Delimiter', 'comma', 'tab'), showIf: { key: 'format', in: ['csv'] } },
];

/** Kinds of destination as the engine describes them, shortened: the real ones load Node. */
export const DESTINATION_KINDS: DestinationKindView[] = [
  {
    kind: 'sparkpost',
    label: 'SparkPost',
    description: 'Writes recipient lists, or mails a stored template to each member.',
    channel: 'email',
    by: 'batches',
    settings: [{ key: 'apiKey', label: 'API key', kind: 'secret', required: true }],
    target: [
      choose('what', 'Do', 'list', 'transmission'),
      {
        key: 'listId',
        label: 'List id',
        kind: 'text',
        required: true,
        showIf: { key: 'what', in: ['list'] },
      },
      {
        key: 'templateId',
        label: 'Template id',
        kind: 'text',
        required: true,
        showIf: { key: 'what', in: ['transmission'] },
      },
    ],
    modes: ['replace', 'send'],
    fields: [
      { key: 'email', label: 'Email address', pii: ['email'], isIdentifier: true, recipe: 'trim' },
      {
        key: 'name',
        label: 'Name in the To header',
        pii: ['full-name'],
        isIdentifier: false,
        recipe: 'trim',
      },
    ],
    freeFields: true,
  },
  {
    kind: 'facebook',
    label: 'Facebook custom audience',
    description: 'Adds, removes or replaces the members of a custom audience of a Meta ad account.',
    channel: 'paid-media',
    by: 'batches',
    settings: [
      { key: 'adAccountId', label: 'Ad account id', kind: 'text', required: true, placeholder: 'act_123' },
      { key: 'token', label: 'Access token', kind: 'secret', required: true },
    ],
    target: [{ key: 'audienceName', label: 'Audience', kind: 'text', required: false }],
    modes: ['add', 'remove', 'mirror', 'replace'],
    fields: [
      {
        key: 'EMAIL',
        label: 'Email address',
        pii: ['email'],
        isIdentifier: true,
        recipe: 'trim, lower case, SHA-256',
      },
      {
        key: 'PHONE',
        label: 'Phone number',
        pii: ['phone'],
        isIdentifier: true,
        recipe: 'E.164, digits, SHA-256',
      },
      { key: 'CT', label: 'City', pii: ['city'], isIdentifier: false, recipe: 'lower case, SHA-256' },
    ],
    freeFields: false,
    minimumSize: 100,
  },
  {
    kind: 'sftp',
    label: 'SFTP',
    description: 'Writes files to a folder of an SFTP server.',
    channel: 'file',
    by: 'files',
    settings: [
      { key: 'host', label: 'Host', kind: 'text', required: true, placeholder: 'sftp.example.com' },
      {
        key: 'hostKey',
        label: 'Host key',
        kind: 'text',
        required: false,
        placeholder: 'SHA256:…',
        help: 'The fingerprint of the server. Leave it empty and test: the test shows it.',
      },
      { key: 'user', label: 'User', kind: 'text', required: true },
      { key: 'privateKey', label: 'Private key', kind: 'secret', required: true },
    ],
    target: FILE_TARGET,
    modes: ['replace'],
    fields: [],
    freeFields: true,
  },
  {
    kind: 'file',
    label: 'Folder',
    description: 'Writes files to a folder of this computer.',
    channel: 'file',
    by: 'files',
    settings: [{ key: 'folder', label: 'Folder', kind: 'path', required: true, picks: 'folder' }],
    target: FILE_TARGET,
    modes: ['replace'],
    fields: [],
    freeFields: true,
  },
  {
    kind: 'webhook',
    label: 'Webhook',
    description: 'Sends rows as signed JSON to an HTTPS address of your own.',
    channel: 'webhook',
    by: 'batches',
    settings: [
      { key: 'url', label: 'Address', kind: 'text', required: true, placeholder: 'https://…' },
      { key: 'signingSecret', label: 'Signing secret', kind: 'secret', required: true },
    ],
    target: [],
    modes: ['add', 'remove', 'mirror'],
    fields: [],
    freeFields: true,
  },
];

function view(id: string, label: string, kind: string, more: Partial<DestinationView> = {}): DestinationView {
  const { label: kindLabel, channel } = DESTINATION_KINDS.find((each) => each.kind === kind) ?? {
    label: kind,
    channel: undefined,
  };
  return { id, label, kind, kindLabel, channel, settings: {}, storedSecrets: [], usedBy: [], ...more };
}

export const META = view('meta-ads', 'Meta, Germany', 'facebook', {
  settings: { adAccountId: 'act_42' },
  storedSecrets: ['token'],
});
export const PARTNER = view('partner', 'Partner drop', 'sftp', {
  settings: { host: 'sftp.example.com', hostKey: SERVER_KEY, user: 'slipway' },
  storedSecrets: ['privateKey'],
});
export const MAIL = view('mail', 'Newsletter account', 'sparkpost', { storedSecrets: ['apiKey'] });

export const AUDIENCES: Audience[] = [
  {
    id: 'everyone',
    name: 'Everyone',
    description: 'All households with an account',
    rule: { kind: 'all', rules: [] },
    columns: [],
  },
  { id: 'big-spenders', name: 'Big spenders', rule: { kind: 'all', rules: [] }, columns: [] },
];

export const TO_META: Activation = {
  id: 'everyone-to-meta',
  name: 'Everyone to Meta',
  audience: 'everyone',
  destination: META.id,
  mode: 'add',
  fields: [
    { to: 'EMAIL', from: { kind: 'attribute', entity: 'customer', column: 'email' }, form: 'vendor' },
    { to: 'PHONE', from: { kind: 'attribute', entity: 'customer', column: 'phone' }, form: 'vendor' },
  ],
  target: { audienceName: 'Loyal households' },
  consent: { entity: 'customer', column: 'ads_consent' },
  guards: { maxRejected: 0.2, maxChange: 0.3 },
};

export const TO_PARTNER: Activation = {
  id: 'spenders-to-partner',
  name: 'Spenders to the partner',
  audience: 'big-spenders',
  destination: PARTNER.id,
  mode: 'replace',
  fields: [
    { to: 'customer_id', from: { kind: 'customer-id' }, form: 'as-is' },
    { to: 'mail', from: { kind: 'attribute', entity: 'customer', column: 'email' }, form: 'sha256' },
  ],
  target: { fileName: '{activation}-{date}', format: 'csv', delimiter: 'comma' },
  guards: { maxRejected: 0.2, maxChange: 0.3 },
  schedule: { cron: '30 6 * * 1', timeZone: 'Europe/Berlin' },
};
