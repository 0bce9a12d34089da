import { z } from 'zod';
import { runStep } from '../domain/test-step.ts';
import { defineDestination, type DestinationContext } from './destination.ts';
import { GRAPH_URL, GRAPH_VERSION, openFacebook, type FacebookApi } from './facebook-api.ts';
import { FACEBOOK } from './facebook-error.ts';
import { FACEBOOK_FIELDS } from './facebook-fields.ts';
import { openUsersDelivery } from './facebook-users.ts';
import { asRetry, permissionMissing, signInRefused, unreadableAnswer } from './failure.ts';
import { apiAddressField, PHONE_COUNTRY } from './read-settings.ts';

/** Meta’s own limit for a request. */
const ROWS = 10_000;

/** Custom audiences from customer files, at Meta. */
export const facebook = defineDestination({
  kind: 'facebook',
  label: 'Facebook custom audience',
  description: 'Adds, removes or replaces the members of a custom audience of a Meta ad account.',
  channel: 'paid-media',
  settings: [
    {
      key: 'adAccountId',
      label: 'Ad account id',
      kind: 'text',
      required: true,
      placeholder: 'act_1234567890',
      help: 'From Ads Manager, with or without act_.',
    },
    {
      key: 'token',
      label: 'Access token',
      kind: 'secret',
      required: true,
      help: 'Of a system user with the role Admin on the ad account, with the permission ads_management.',
    },
    {
      key: 'appSecret',
      label: 'App secret',
      kind: 'secret',
      required: false,
      help: 'Only where the app requires a proof of its secret with each request.',
    },
    PHONE_COUNTRY,
    {
      key: 'apiVersion',
      label: 'API version',
      kind: 'text',
      required: true,
      initial: GRAPH_VERSION,
      help: 'Meta retires a version after about two years.',
    },
    apiAddressField(GRAPH_URL),
  ],
  target: [
    {
      key: 'audienceName',
      label: 'Audience name',
      kind: 'text',
      required: false,
      help: 'Found by its name, or made where it does not exist. Names must not tell of health or finance.',
    },
    {
      key: 'audienceId',
      label: 'Audience id',
      kind: 'text',
      required: false,
      help: 'Of an existing audience, in place of its name.',
    },
    {
      key: 'customerFileSource',
      label: 'Where the members come from',
      kind: 'select',
      required: true,
      initial: 'USER_PROVIDED_ONLY',
      options: [
        { value: 'USER_PROVIDED_ONLY', label: 'From the customers themselves' },
        { value: 'PARTNER_PROVIDED_ONLY', label: 'From partners' },
        { value: 'BOTH_USER_AND_PARTNER_PROVIDED', label: 'From both' },
      ],
      help: 'Meta asks for this declaration when an audience is made.',
    },
    {
      key: 'description',
      label: 'Description',
      kind: 'text',
      required: false,
      help: 'Used when the audience is made.',
    },
  ],
  modes: ['add', 'remove', 'mirror', 'replace'],
  fields: FACEBOOK_FIELDS,
  checkFields: (fields, _target, mode) =>
    mode === 'replace' && fields.includes('EXTERN_ID')
      ? ['Meta takes no EXTERN_ID when an audience is replaced.']
      : [],
  minimumSize: 100,
  nameField: 'audienceName',
  address: ['adAccountId', 'audienceName', 'audienceId'],
  test: testAccount,
  delivery: {
    by: 'batches',
    limits: (_settings, _target, mode) => ({
      rows: ROWS,
      bytes: 16_000_000,
      rowOverhead: 64,
      // The first batch of a replacement comes before all others.
      concurrency: mode === 'replace' ? 1 : 2,
    }),
    resend: (mode) => (mode === 'replace' ? 'never' : 'safe'),
    unknownRule:
      'The first batch of a replacement wipes the audience, so its outcome is asked of the upload session. Found, it counts as sent; ' +
      'otherwise the replacement begins anew in another session. Later batches are sent again: that changes nothing.',
    open: (context) => openUsersDelivery(openFacebook(context.settings, context.secrets), context),
  },
});

const Token = z.object({
  data: z.object({
    is_valid: z.boolean().optional(),
    expires_at: z.number().optional(),
    scopes: z.array(z.string()).optional(),
  }),
});

/** The terms are maps from a kind of terms to 1; that a missing map means nothing is our reading. */
const Terms = z.record(z.string(), z.coerce.number()).optional();
const Account = z.object({
  name: z.string().optional(),
  tos_accepted: Terms,
  user_tos_accepted: Terms,
});

async function testAccount(
  { settings, secrets, signal }: DestinationContext,
  onStep: Parameters<typeof runStep>[0],
): Promise<void> {
  const api = openFacebook(settings, secrets);
  await runStep(onStep, 'token', 'Check the access token', () => checkToken(api, signal));
  let account: z.infer<typeof Account> = {};
  await runStep(onStep, 'account', 'Read the ad account', async () => {
    const { json, answer } = await api.ask('GET', api.account, signal, {
      query: { fields: 'id,name,account_status,tos_accepted,user_tos_accepted' },
    });
    const parsed = Account.safeParse(json);
    if (!parsed.success) throw asRetry(unreadableAnswer(FACEBOOK, answer.exchange));
    account = parsed.data;
    return account.name;
  });
  await runStep(onStep, 'terms', 'Check the Custom Audience terms', async () => {
    const maps = [account.tos_accepted, account.user_tos_accepted].filter((each) => each !== undefined);
    if (maps.length === 0) return 'Meta did not tell: the first upload decides.';
    if (maps.some((terms) => terms['custom_audience_tos'] === 1)) return 'Accepted';
    throw permissionMissing(
      FACEBOOK,
      'terms',
      'the ad account its uploads: accept the Custom Audience terms in Ads Manager, under Audiences',
      { request: `GET ${api.account}`, status: 200 },
    );
  });
}

async function checkToken(api: FacebookApi, signal: AbortSignal): Promise<string> {
  const { json, answer } = await api.ask('GET', 'debug_token', signal, { query: { input_token: api.token } });
  const parsed = Token.safeParse(json);
  if (!parsed.success) throw asRetry(unreadableAnswer(FACEBOOK, answer.exchange));
  const { is_valid: isValid, expires_at: expires = 0, scopes } = parsed.data.data;
  if (isValid === false) throw signInRefused(FACEBOOK, 'not valid', answer.exchange);
  if (expires > 0 && expires * 1000 < Date.now()) throw signInRefused(FACEBOOK, 'expired', answer.exchange);
  if (scopes !== undefined && !scopes.includes('ads_management')) {
    throw permissionMissing(FACEBOOK, 'scopes', '`ads_management` to the token', answer.exchange);
  }
  return expires > 0 ? `Valid until ${new Date(expires * 1000).toISOString().slice(0, 10)}` : 'Valid';
}
