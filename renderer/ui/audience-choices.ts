import type { AudienceSummary } from '../../electron/contract/contract.ts';
import type { Choice } from './choice.ts';

/** The audiences that can be chosen, but for those that are taken. */
export function audienceChoices(
  audiences: readonly AudienceSummary[],
  taken: readonly string[] = [],
): Choice[] {
  return audiences
    .filter(({ audience }) => !taken.includes(audience.id))
    .map(({ audience, description }) => ({
      value: audience.id,
      label: audience.name,
      hint: audience.description ?? description,
    }));
}
