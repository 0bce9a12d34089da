import { type Audience, referredAudiences } from '../../../electron/domain/audience.ts';
import type { Definitions } from '../../../electron/domain/composition.ts';

/** The audiences that a rule of the audience `own` can refer to without containing itself. */
export function selectableAudiences({ audiences }: Definitions, own: string | undefined): Audience[] {
  return audiences.filter((each) => own === undefined || !reaches(each.id, own, audiences, new Set()));
}

function reaches(from: string, to: string, audiences: readonly Audience[], seen: Set<string>): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  const audience = audiences.find((each) => each.id === from);
  if (audience === undefined) return false;
  return [...referredAudiences(audience.rule)].some((each) => reaches(each, to, audiences, seen));
}
