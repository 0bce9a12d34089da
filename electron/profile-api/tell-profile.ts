import type { PartState, StoredProfile } from './profile-store.ts';

const MEMBERS = '"audiences":[';

/**
 * The JSON text of a customer with the parts that are in `scope`; undefined where the customer is in none of them. The texts of a store are
 * put together as they are, never parsed.
 */
export function tellProfile(
  profile: StoredProfile,
  states: readonly PartState[],
  scope: ReadonlySet<string>,
): string | undefined {
  let parts = '';
  for (let place = 0; place < states.length; place += 1) {
    const state = states[place];
    const text = profile.parts[place] ?? null;
    if (text === null || state?.asOf === undefined || !scope.has(state.id)) continue;
    parts += `${parts === '' ? '' : ','}"${state.id}":{"asOf":"${state.asOf}",${text.slice(1)}`;
  }
  return parts === '' ? undefined : `{"customerId":${quote(profile.id)},"parts":{${parts}}}`;
}

/** Whether a part's text tells a membership. The list of audiences comes last, and ids hold nothing that JSON escapes. */
export function isMember(text: string, audienceId: string): boolean {
  const begin = text.lastIndexOf(MEMBERS);
  return begin !== -1 && text.includes(`"${audienceId}"`, begin + MEMBERS.length);
}

/** Whether none of the parts in `scope` has values yet, so that nothing can be said of any customer. */
export function isStarting(states: readonly PartState[], scope: ReadonlySet<string>): boolean {
  return scope.size > 0 && !states.some(({ id, asOf }) => asOf !== undefined && scope.has(id));
}

const PLAIN = /^[\w.:@+-]*$/;

/** A text as JSON; most ids need no more than their quotes. */
export function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
