import type { FieldSpec, Settings } from '../domain/field-spec.ts';
import { runStep } from '../domain/test-step.ts';
import { defineDestination, type DeliveryFailure, type DestinationContext } from './destination.ts';
import { readText } from './read-settings.ts';
import { classifySparkpost, openSparkpost } from './sparkpost-api.ts';
import { LIST_LIMITS, openListDelivery } from './sparkpost-list.ts';
import { checkSubstitutionKey } from './sparkpost-recipients.ts';
import {
  openTransmissionDelivery,
  SETTLE_MINUTES,
  TRANSMISSION_LIMITS,
  TRANSMISSION_RULE,
} from './sparkpost-transmission.ts';

const SETTINGS: readonly FieldSpec[] = [
  {
    key: 'region',
    label: 'Region',
    kind: 'select',
    required: true,
    initial: 'us',
    options: [
      { value: 'us', label: 'United States' },
      { value: 'eu', label: 'Europe' },
    ],
    help: 'Where the account was made. Accounts are not shared between regions.',
  },
  {
    key: 'apiKey',
    label: 'API key',
    kind: 'secret',
    required: true,
    help: 'With the grants Recipient Lists: Read/Write, or Transmissions: Read/Write, Templates: Read-only and Events Search.',
  },
  {
    key: 'subaccount',
    label: 'Subaccount',
    kind: 'text',
    required: false,
    help: 'The number of a subaccount to act for; empty for none.',
  },
  {
    key: 'settleMinutes',
    label: 'Minutes before a batch is sent again',
    kind: 'number',
    required: false,
    initial: SETTLE_MINUTES,
    help: 'How long a batch with an unknown outcome is looked for in the events before it counts as not sent.',
  },
  {
    key: 'baseUrl',
    label: 'API address',
    kind: 'text',
    required: false,
    placeholder: 'The one of the region',
    help: 'Only for a gateway of the company, with /api/v1 at its end.',
  },
];

const list = { key: 'what', in: ['list'] };
const transmission = { key: 'what', in: ['transmission'] };

const TARGET: readonly FieldSpec[] = [
  {
    key: 'what',
    label: 'Do',
    kind: 'select',
    required: true,
    initial: 'list',
    options: [
      { value: 'list', label: 'Write a recipient list', hint: 'Campaigns at SparkPost send to it' },
      { value: 'transmission', label: 'Send a template', hint: 'Mails each member now' },
    ],
  },
  {
    key: 'listId',
    label: 'List id',
    kind: 'text',
    required: true,
    showIf: list,
    help: 'Made where it does not exist. More than 200,000 members continue in lists with -2, -3, … at the end.',
  },
  {
    key: 'whenEmpty',
    label: 'If the audience is empty',
    kind: 'select',
    required: false,
    initial: 'keep',
    options: [
      { value: 'keep', label: 'Leave the list as it is' },
      { value: 'delete', label: 'Delete the list' },
    ],
    showIf: list,
    help: 'SparkPost takes no list without recipients.',
  },
  {
    key: 'templateId',
    label: 'Template id',
    kind: 'text',
    required: true,
    showIf: transmission,
    help: 'A template with a published version.',
  },
  {
    key: 'campaign',
    label: 'Campaign',
    kind: 'text',
    required: false,
    showIf: transmission,
    help: 'The campaign id in SparkPost’s reports begins with it; the run and the batch follow.',
  },
  {
    key: 'transactional',
    label: 'Transactional',
    kind: 'switch',
    required: false,
    initial: false,
    showIf: transmission,
    help: 'Decides which suppressions of SparkPost apply.',
  },
  {
    key: 'openTracking',
    label: 'Track opens',
    kind: 'switch',
    required: false,
    initial: true,
    showIf: transmission,
  },
  {
    key: 'clickTracking',
    label: 'Track clicks',
    kind: 'switch',
    required: false,
    initial: true,
    showIf: transmission,
  },
  {
    key: 'sandbox',
    label: 'Sandbox',
    kind: 'switch',
    required: false,
    initial: false,
    showIf: transmission,
    help: 'Sends from the sandbox domain: five mails in the life of an account.',
  },
];

function isTransmission(target: Settings): boolean {
  return readText(target, 'what', 'list') === 'transmission';
}

/** Recipient lists and mails of a stored template, at SparkPost. */
export const sparkpost = defineDestination({
  kind: 'sparkpost',
  label: 'SparkPost',
  description: 'Writes recipient lists, or mails a stored template to each member.',
  channel: 'email',
  settings: SETTINGS,
  target: TARGET,
  address: ['region', 'subaccount', 'listId'],
  modes: ['replace', 'send'],
  modesFor: (target) => (isTransmission(target) ? ['send'] : ['replace']),
  fields: [
    {
      key: 'email',
      label: 'Email address',
      pii: ['email'],
      isIdentifier: true,
      // Refused recipients come back without their place, so what is no address is found before.
      recipe: () => ({ steps: ['trim', 'email'], hash: 'none' }),
    },
    {
      key: 'name',
      label: 'Name in the To header',
      pii: ['full-name'],
      isIdentifier: false,
      recipe: () => ({ steps: ['trim'], hash: 'none' }),
    },
  ],
  freeFields: { checkName: checkSubstitutionKey },
  test: testAccount,
  delivery: {
    by: 'batches',
    limits: (_settings, target) => (isTransmission(target) ? TRANSMISSION_LIMITS : LIST_LIMITS),
    resend: (mode) => (mode === 'send' ? 'never' : 'safe'),
    unknownRule: TRANSMISSION_RULE,
    open: async (context) => {
      const api = openSparkpost(context.settings, context.secrets);
      return context.mode === 'send'
        ? openTransmissionDelivery(api, context)
        : openListDelivery(api, context);
    },
  },
});

async function testAccount(
  { settings, secrets, signal }: DestinationContext,
  onStep: Parameters<typeof runStep>[0],
): Promise<void> {
  const api = openSparkpost(settings, secrets);
  /** Undefined where it may be read, else the failure. Others than of a missing grant are thrown. */
  const probe = async (path: string, needed: string): Promise<DeliveryFailure | undefined> => {
    const answer = await api.ask('GET', path, signal);
    if (answer.status === 200) return undefined;
    const failure = classifySparkpost(answer, needed);
    if (failure.error.code === 'PERMISSION_DENIED') return failure;
    throw failure;
  };
  await runStep(onStep, 'account', 'Sign in', async () => {
    const refused = await probe('/account?include=usage', '“Account: Read-only”');
    // Sending needs no account grant; the next step tells whether the key holds.
    return refused === undefined ? undefined : 'The key may not read the account; its other grants decide.';
  });
  await runStep(onStep, 'grants', 'Read lists and templates', async () => {
    const lists = await probe('/recipient-lists', '“Recipient Lists: Read/Write”');
    const templates = await probe('/templates', '“Templates: Read-only”');
    if (lists !== undefined && templates !== undefined) throw lists;
    if (lists !== undefined) return 'Templates only: recipient lists need another grant.';
    return templates === undefined ? undefined : 'Recipient lists only: sending templates needs more grants.';
  });
}
