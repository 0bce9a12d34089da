import { z } from 'zod';
import type { DeliveryContext } from './destination.ts';
import { AudiencePage, AudienceShape, type FacebookApi } from './facebook-api.ts';
import { FACEBOOK } from './facebook-error.ts';
import { asRetry, failDelivery, invalidSetting, unreadableAnswer } from './failure.ts';
import type { KeptState } from './kept-state.ts';
import { onlyOne, readTargetId } from './named-target.ts';
import { readText } from './read-settings.ts';

const PAGE_SIZE = '100';
/** An ad account has at most 500 of them from customer files; more pages than this hold nothing new. */
const MOST_PAGES = 200;
/** The one numeric status that is documented: flagged by Meta. */
const FLAGGED = 471;

const Created = z.object({ id: z.string() });

/** The target's audience: kept from before a crash, given by id, found by name, or made. Its id is kept before it is used. */
export async function findOrMakeAudience(
  api: FacebookApi,
  context: DeliveryContext,
  kept: KeptState,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const known = kept.text('audienceId');
  if (known !== undefined) return { id: known, isNew: false };
  const { target, mode, signal } = context;
  const given = readTargetId(target, 'audienceId', 'The audience id', 'Copy it from Ads Manager.');
  const name = readText(target, 'audienceName');
  const found = given === '' ? await findByName(api, name, signal) : await readGiven(api, given, signal);
  if (found === undefined && mode === 'remove') {
    throw failDelivery(
      'stop',
      'NOT_FOUND',
      `The ad account has no custom audience “${name}” to remove members from.`,
      'Check the name of the audience in the activation.',
    );
  }
  const id = found ?? (await makeAudience(api, context, name));
  kept.keep({ audienceId: id });
  return { id, isNew: found === undefined };
}

async function readGiven(api: FacebookApi, id: string, signal: AbortSignal): Promise<string> {
  const { json, answer } = await api.ask('GET', id, signal, {
    query: { fields: 'id,name,subtype,operation_status' },
  });
  const audience = AudienceShape.safeParse(json);
  if (!audience.success) throw asRetry(unreadableAnswer(FACEBOOK, answer.exchange));
  if (audience.data.operation_status?.code === FLAGGED) {
    throw failDelivery(
      'stop',
      'DELIVERY_REJECTED',
      `Meta has flagged the audience (operation status ${FLAGGED}).`,
      'Look at the audience in Ads Manager; use another audience where it stays flagged.',
      { exchange: answer.exchange },
    );
  }
  return audience.data.id;
}

async function findByName(api: FacebookApi, name: string, signal: AbortSignal): Promise<string | undefined> {
  if (name === '') {
    throw invalidSetting(
      'target.audienceName',
      'The audience has neither a name nor an id.',
      'Enter the name of the audience in the activation.',
    );
  }
  const found = new Set<string>();
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { json, answer } = await api.ask('GET', `${api.account}/customaudiences`, signal, {
      query: { fields: 'id,name,subtype', limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) },
    });
    const listed = AudiencePage.safeParse(json);
    if (!listed.success) throw asRetry(unreadableAnswer(FACEBOOK, answer.exchange));
    for (const each of listed.data.data) {
      if (each.name === name && (each.subtype ?? 'CUSTOM') === 'CUSTOM') found.add(each.id);
    }
    after = listed.data.paging?.cursors?.after;
    if (listed.data.paging?.next === undefined || after === undefined) break;
  }
  return onlyOne(found, 'audienceName', 'custom audiences of the ad account', name);
}

async function makeAudience(
  api: FacebookApi,
  { target, signal }: DeliveryContext,
  name: string,
): Promise<string> {
  const description = readText(target, 'description');
  try {
    const { json, answer } = await api.ask('POST', `${api.account}/customaudiences`, signal, {
      body: JSON.stringify({
        name,
        subtype: 'CUSTOM',
        customer_file_source: readText(target, 'customerFileSource', 'USER_PROVIDED_ONLY'),
        ...(description === '' ? {} : { description }),
      }),
    });
    const created = Created.safeParse(json);
    if (!created.success) throw unreadableAnswer(FACEBOOK, answer.exchange);
    return created.data.id;
  } catch (error) {
    // The next try looks for the name before it makes anything.
    throw asRetry(error);
  }
}
