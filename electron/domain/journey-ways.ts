import type { Step, StepId } from './journey.ts';

/** One way out of a step: `key` names it within the step, `next` is where it leads. */
export interface Way {
  readonly key: string;
  readonly name: string;
  readonly next: StepId | undefined;
}

/** Keys of ways that are no branches of a person's making. A branch with such an id is still told apart by its place among the ways. */
export const OTHERS = 'others';
export const HELD_OUT = 'held-out';
export const MET = 'met';
export const TIMEOUT = 'timeout';
export const ONWARD = 'next';

/** The ways out of a step that a person draws, in their order of priority. Those that are held out have none. */
export function waysOf(step: Step): Way[] {
  switch (step.kind) {
    case 'entry':
    case 'wait':
    case 'activate':
      return [{ key: ONWARD, name: '', next: step.next }];
    case 'audience-split':
      return [
        ...step.branches.map(({ id, name, next: to }) => ({ key: `b-${id}`, name, next: to })),
        { key: OTHERS, name: 'Others', next: step.others.next },
      ];
    case 'random-split':
      return step.branches.map(({ id, name, next: to }) => ({ key: `b-${id}`, name, next: to }));
    case 'wait-until':
      return [
        { key: MET, name: 'Met', next: step.met.next },
        { key: TIMEOUT, name: 'Time limit', next: step.timeout.next },
      ];
    case 'exit':
      return [];
  }
}

/** The step with one way led elsewhere, or nowhere. */
export function withWay(step: Step, key: string, to: StepId | undefined): Step {
  const led = to === undefined ? {} : { next: to };
  const lead = <T extends { next?: StepId | undefined }>(part: T): T => {
    const { next: _, ...rest } = part;
    return { ...rest, ...led } as T;
  };
  switch (step.kind) {
    case 'entry':
    case 'wait':
    case 'activate':
      return lead(step);
    case 'audience-split':
      if (key === OTHERS) return { ...step, others: led };
      return { ...step, branches: step.branches.map((each) => (`b-${each.id}` === key ? lead(each) : each)) };
    case 'random-split':
      return { ...step, branches: step.branches.map((each) => (`b-${each.id}` === key ? lead(each) : each)) };
    case 'wait-until':
      return key === MET ? { ...step, met: led } : { ...step, timeout: led };
    case 'exit':
      return step;
  }
}

/**
 * The ways that a customer who arrives can take at the same tick. None where they stay at least until the next one: a wait for a duration, and one
 * for an event, which has to come after the arrival. A circle needs a way that is not among these.
 */
export function instantWaysOf(step: Step): Way[] {
  if (step.kind === 'wait' && 'for' in step.wait) return [];
  if (step.kind === 'wait-until')
    return step.until.kind === 'event' ? [] : waysOf(step).filter(({ key }) => key === MET);
  return waysOf(step);
}
