import { z } from 'zod';
import type { PiiKind } from '../domain/model.ts';
import type { NormaliseStep } from '../domain/recipe.ts';
import { runStep } from '../domain/test-step.ts';
import {
  defineDestination,
  DeliveryFailure,
  type DestinationContext,
  type DestinationField,
} from './destination.ts';
import { openPinterest, PINTEREST_URL } from './pinterest-api.ts';
import { openCustomerList } from './pinterest-list.ts';
import { apiAddressField } from './read-settings.ts';

/** Customer lists and the audiences made of them, at Pinterest. */
export const pinterest = defineDestination({
  kind: 'pinterest',
  label: 'Pinterest customer list',
  description:
    'Adds and removes the members of a customer list, and makes the audience that campaigns target.',
  channel: 'paid-media',
  settings: [
    {
      key: 'adAccountId',
      label: 'Ad account id',
      kind: 'text',
      required: true,
      placeholder: '549755885175',
      help: 'From the address of Pinterest Ads Manager.',
    },
    {
      key: 'token',
      label: 'Access token',
      kind: 'secret',
      required: true,
      help: 'An OAuth token of a user with the scopes ads:read, ads:write and user_accounts:read. Paste a new one when it has expired.',
    },
    apiAddressField(PINTEREST_URL),
  ],
  target: [
    {
      key: 'listName',
      label: 'Customer list',
      kind: 'text',
      required: false,
      help: 'Found by its name, or made where it does not exist. Lists cannot be renamed or deleted by API.',
    },
    {
      key: 'listId',
      label: 'Customer list id',
      kind: 'text',
      required: false,
      help: 'Of an existing list, in place of its name.',
    },
    {
      key: 'audienceName',
      label: 'Audience name',
      kind: 'text',
      required: false,
      help: 'Of the audience that is made of the list; empty for the name of the list.',
    },
    {
      key: 'description',
      label: 'Description',
      kind: 'text',
      required: false,
      help: 'Used when the audience is made.',
    },
  ],
  modes: ['add', 'remove', 'mirror'],
  fields: [
    hashed('EMAIL', 'Email address', 'email', ['trim', 'lowercase', 'no-comma', 'email']),
    hashed('MAID', 'Mobile advertiser id (Android)', 'mobile-ad-id', ['uuid']),
    hashed('IDFA', 'Mobile advertiser id (Apple)', 'mobile-ad-id', ['uuid']),
  ],
  checkFields: (fields) =>
    fields.length === 1
      ? []
      : [
          'A customer list holds one kind of identifier: map exactly one field, and use a list for each kind.',
        ],
  minimumSize: 100,
  nameField: 'listName',
  address: ['adAccountId', 'listName', 'listId'],
  test: testAccount,
  delivery: {
    by: 'batches',
    limits: () => ({
      // Nothing is published; others who deliver to Pinterest use 10,000 records or 1 MB.
      rows: 10_000,
      bytes: 1_000_000,
      rowOverhead: 1,
      // The first batch makes the list.
      concurrency: 1,
      // 400 writes a minute.
      requestsPerSecond: 6,
    }),
    resend: () => 'safe',
    open: (context) => openCustomerList(openPinterest(context.settings, context.secrets), context),
  },
});

function hashed(key: string, label: string, pii: PiiKind, steps: NormaliseStep[]): DestinationField {
  return { key, label, pii: [pii], isIdentifier: true, recipe: () => ({ steps, hash: 'sha256' }) };
}

async function testAccount(
  { settings, secrets, signal }: DestinationContext,
  onStep: Parameters<typeof runStep>[0],
): Promise<void> {
  const api = openPinterest(settings, secrets);
  await runStep(onStep, 'user', 'Sign in', async () => {
    try {
      await api.ask(z.object({}), 'GET', '/user_account', signal);
      return undefined;
    } catch (error) {
      // Deliveries do not need this scope; the next steps tell whether the others are there.
      if (!(error instanceof DeliveryFailure) || error.error.code !== 'PERMISSION_DENIED') throw error;
      return 'The token lacks user_accounts:read, which deliveries do not need.';
    }
  });
  await runStep(onStep, 'account', 'Read the ad account', async () => {
    const { value } = await api.ask(z.object({ name: z.string().nullish() }), 'GET', api.account, signal);
    return value.name ?? undefined;
  });
  await runStep(onStep, 'lists', 'Read the customer lists', async () => {
    await api.ask(
      z.object({ items: z.array(z.unknown()) }),
      'GET',
      `${api.account}/customer_lists?page_size=25`,
      signal,
    );
    return 'That the token may write (ads:write) shows with the first delivery.';
  });
}
