import type { JourneyDefinition, Step, StepId } from './journey.ts';
import { type Way, instantWaysOf, waysOf } from './journey-ways.ts';
import { type Problem, errorAt, warningAt } from './problem.ts';

/** The steps of a journey by their ids, and where each leads. Every way leads to a step that is there, or nowhere. */
export function stepsById({ steps }: Pick<JourneyDefinition, 'steps'>): ReadonlyMap<StepId, Step> {
  return new Map(steps.map((step) => [step.id, step]));
}

/** Finds what is wrong with the way through a journey: steps nobody reaches, ways that lead nowhere, circles without a wait, paths that send nothing. */
export function checkFlow(
  journey: Pick<JourneyDefinition, 'steps'>,
  stepAt: (at: number) => string,
): Problem[] {
  const { steps } = journey;
  const reached = findReached(journey);
  const circling = findCircles(journey);
  const sends = findSending(journey);
  return steps.flatMap((step, at) => {
    const where = stepAt(at);
    // Also of steps that nobody reaches now: customers of another version may be moved to them.
    const circles = circling.has(step.id) ? [circleAt(where)] : [];
    if (!reached.has(step.id)) {
      const message = 'Unreachable: no way leads to this step.';
      return [...circles, warningAt(where, message, 'Connect it, or remove it.')];
    }
    const problems = [...circles, ...checkEnds(step, where)];
    for (const { name, next } of waysOf(step)) {
      if (next === undefined || sends.below.has(next) || sends.above.has(step.id)) continue;
      const message = `${name === '' ? 'This step' : `“${name}”`} ends without activation.`;
      // Said once, where the path without activation begins.
      if (step.kind === 'entry' || sends.below.has(step.id))
        problems.push(
          warningAt(where, message, 'Add the step “Activate”, if they are to be sent somewhere.'),
        );
    }
    return problems;
  });
}

function circleAt(where: string): Problem {
  const message = 'The steps lead in a circle without a wait, so that a customer would go round for ever.';
  return errorAt(where, message, 'Put a wait for a duration into the circle, or connect it elsewhere.');
}

function checkEnds(step: Step, where: string): Problem[] {
  if (step.kind === 'activate') return [];
  return waysOf(step).flatMap(({ name, next }) => {
    if (next !== undefined) return [];
    const message = `${name === '' ? 'The step' : `The way “${name}”`} leads nowhere.`;
    return [errorAt(where, message, 'Connect it with a step, such as “Exit”.')];
  });
}

function followers(step: Step): StepId[] {
  return nextOf(waysOf(step));
}

function nextOf(ways: readonly Way[]): StepId[] {
  return ways.flatMap(({ next }) => (next === undefined ? [] : [next]));
}

function findReached(journey: Pick<JourneyDefinition, 'steps'>): ReadonlySet<StepId> {
  const byId = stepsById(journey);
  const reached = new Set<StepId>();
  const open = journey.steps.filter(({ kind }) => kind === 'entry').map(({ id }) => id);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = byId.get(id);
    if (step === undefined || reached.has(id)) continue;
    reached.add(id);
    open.push(...followers(step));
  }
  return reached;
}

/** Steps that a customer could come back to within one tick. */
function findCircles(journey: Pick<JourneyDefinition, 'steps'>): ReadonlySet<StepId> {
  const byId = stepsById(journey);
  const circling = new Set<StepId>();
  for (const { id } of journey.steps) {
    const seen = new Set<StepId>();
    const open = [id];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const step = byId.get(at);
      if (step === undefined) continue;
      for (const follower of nextOf(instantWaysOf(step))) {
        if (follower === id) circling.add(id);
        if (!seen.has(follower)) {
          seen.add(follower);
          open.push(follower);
        }
      }
    }
  }
  return circling;
}

/** Steps with an activation at or after them, and steps that every path to has passed one. */
function findSending(journey: Pick<JourneyDefinition, 'steps'>): {
  readonly below: ReadonlySet<StepId>;
  readonly above: ReadonlySet<StepId>;
} {
  const { steps } = journey;
  const below = new Set<StepId>();
  for (let grew = true; grew;) {
    grew = false;
    for (const step of steps) {
      if (below.has(step.id)) continue;
      if (step.kind !== 'activate' && !followers(step).some((each) => below.has(each))) continue;
      below.add(step.id);
      grew = true;
    }
  }
  // Reached without passing an activation; the rest passed one.
  const byId = stepsById(journey);
  const without = new Set<StepId>();
  const open = steps.filter(({ kind }) => kind === 'entry').map(({ id }) => id);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = byId.get(id);
    if (step === undefined || without.has(id)) continue;
    without.add(id);
    if (step.kind !== 'activate') open.push(...followers(step));
  }
  return {
    below,
    above: new Set(
      steps.flatMap((step) => (step.kind === 'activate' || !without.has(step.id) ? [step.id] : [])),
    ),
  };
}
