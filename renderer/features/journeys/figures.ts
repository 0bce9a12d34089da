import type { JourneyCounts, JourneyResults } from '../../../electron/contract/journeys.ts';
import type { WayRef } from './edit-steps.ts';

/** What stands at a step or way: a number, or why there is none. `stale` while a new one is on its way. */
export type Figure =
  | { readonly kind: 'count'; readonly customers: number; readonly stale: boolean; readonly words: string }
  | { readonly kind: 'unknown'; readonly why: string };

const BEYOND = 'Not known before the event happens: this step lies beyond a wait for it.';

/** The figure of a step among the counts of a draft. */
export function stepFigure(
  counts: JourneyCounts | undefined,
  stepId: string,
  stale: boolean,
): Figure | undefined {
  if (counts === undefined) return undefined;
  if (counts.unknown.includes(stepId)) return { kind: 'unknown', why: BEYOND };
  const found = counts.steps.find(({ step }) => step === stepId);
  if (found === undefined) return undefined;
  return { kind: 'count', customers: found.customers, stale, words: 'would come here now' };
}

/** The figure of a way among the counts of a draft. */
export function wayFigure(
  counts: JourneyCounts | undefined,
  ref: WayRef,
  stale: boolean,
): Figure | undefined {
  const found = counts?.ways.find(({ step, way }) => step === ref.step && way === ref.way);
  if (found === undefined) return undefined;
  return { kind: 'count', customers: found.customers, stale, words: 'would go this way now' };
}

/** The figure of a step among results: those sent at an activate step, else those inside. */
export function stepResult(
  results: JourneyResults | undefined,
  stepId: string,
  sends: boolean,
): Figure | undefined {
  if (results === undefined) return undefined;
  const found = results.steps.find(({ step }) => step === stepId);
  const customers = sends ? (found?.sent ?? 0) : (found?.inside ?? 0);
  return { kind: 'count', customers, stale: false, words: sends ? 'sent' : 'inside' };
}

/** The figure of a way among results. */
export function wayResult(results: JourneyResults | undefined, ref: WayRef): Figure | undefined {
  if (results === undefined) return undefined;
  const flows = results.flows.filter(({ step, way }) => step === ref.step && way === ref.way);
  const customers = flows.reduce((sum, each) => sum + each.customers, 0);
  return { kind: 'count', customers, stale: false, words: 'went this way' };
}
