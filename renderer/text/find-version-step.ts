import type { Journey, Step } from '../../electron/domain/journey.ts';

/** The step of an id in a version; in the draft where that version has none. */
export function findVersionStep(
  { versions, steps }: Pick<Journey, 'versions' | 'steps'>,
  version: number | undefined,
  stepId: string,
): Step | undefined {
  const published = versions.find(({ number }) => number === version)?.definition.steps;
  return (published ?? steps).find(({ id }) => id === stepId);
}

/** The newest step of an id: that of the draft, or of the last version that had one. */
export function findNewestStep(
  { versions, steps }: Pick<Journey, 'versions' | 'steps'>,
  stepId: string,
): Step | undefined {
  const all = [steps, ...versions.map(({ definition }) => definition.steps).reverse()];
  for (const each of all) {
    const found = each.find(({ id }) => id === stepId);
    if (found !== undefined) return found;
  }
  return undefined;
}
