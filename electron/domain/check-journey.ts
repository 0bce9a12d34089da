import type { ActivationDefinitions } from './check-activation.ts';
import { checkStepActivation } from './check-activation.ts';
import { checkRule } from './check-rule.ts';
import { findAttribute, findEntity } from './model.ts';
import type { JourneyDefinition, Step } from './journey.ts';
import { waysOf } from './journey-ways.ts';
import { checkFlow } from './journey-flow.ts';
import { type Problem, errorAt, hasErrors, warningAt } from './problem.ts';

/**
 * Finds what keeps a journey from being published as far as definitions tell, and what to think about before. What destinations ask for is not
 * looked at. `where` is the path of the journey in its document; without it paths begin with the journey's own keys.
 */
export function checkJourney(
  journey: JourneyDefinition,
  definitions: ActivationDefinitions,
  where = '',
): Problem[] {
  const place = (key: string): string => (where === '' ? key : `${where}.${key}`);
  const stepAt = (at: number): string => place(`steps[${at}]`);
  const checker = new StepChecker(definitions);
  const steps = journey.steps.flatMap((step, at) => checker.check(step, stepAt(at)));
  const references = checkReferences(journey, stepAt);
  return [
    ...steps,
    ...references,
    ...(hasErrors(references) ? [] : checkFlow(journey, stepAt)),
    ...checkRules(journey, checker, place),
  ];
}

/** Ids that occur twice, ways that lead to no step, not exactly one entry. */
function checkReferences({ steps }: JourneyDefinition, stepAt: (at: number) => string): Problem[] {
  const problems: Problem[] = [];
  const ids = steps.map(({ id }) => id);
  const entries = steps.flatMap((step, at) => (step.kind === 'entry' ? [at] : []));
  if (entries.length === 0)
    problems.push(errorAt(stepAt(0), 'The journey has no entry.', 'Add the step “Entry”.'));
  for (const at of entries.slice(1))
    problems.push(errorAt(stepAt(at), 'The journey has two entries.', 'Remove one of them.'));
  for (const [at, step] of steps.entries()) {
    if (ids.indexOf(step.id) !== at)
      problems.push(
        errorAt(
          `${stepAt(at)}.id`,
          `The step id “${step.id}” occurs twice.`,
          'Give one of the two another id.',
        ),
      );
    for (const { name, next } of waysOf(step)) {
      if (next === undefined || ids.includes(next)) continue;
      const message = `${name === '' ? 'The way' : `The way “${name}”`} leads to the step “${next}”, which does not exist.`;
      problems.push(errorAt(stepAt(at), message, 'Connect it with another step.'));
    }
  }
  return problems;
}

function checkRules(
  { exits, suppress, goal, startsAt, endsAt, caps }: JourneyDefinition,
  checker: StepChecker,
  place: (key: string) => string,
): Problem[] {
  const problems = [
    ...exits.flatMap((id, at) => checker.audience(id, place(`exits[${at}]`))),
    ...suppress.flatMap((id, at) => checker.audience(id, place(`suppress[${at}]`))),
    ...(goal === undefined ? [] : checker.audience(goal.audience, place('goal.audience'))),
  ];
  if (startsAt !== undefined && endsAt !== undefined && endsAt <= startsAt)
    problems.push(errorAt(place('endsAt'), 'The journey ends before it starts.', 'Choose a later end.'));
  for (const [at, { channel, per }] of caps.entries()) {
    const same = caps.findIndex(
      (each) => each.channel === channel && JSON.stringify(each.per) === JSON.stringify(per),
    );
    if (same !== at)
      problems.push(
        errorAt(place(`caps[${at}]`), 'This channel has two caps for the same time.', 'Keep one of the two.'),
      );
  }
  return problems;
}

class StepChecker {
  readonly #definitions: ActivationDefinitions;

  constructor(definitions: ActivationDefinitions) {
    this.#definitions = definitions;
  }

  check(step: Step, where: string): Problem[] {
    switch (step.kind) {
      case 'entry':
        return this.audience(step.audience, `${where}.audience`);
      case 'audience-split':
        return [
          ...step.branches.flatMap(({ audience }, at) =>
            this.audience(audience, `${where}.branches[${at}].audience`),
          ),
          ...checkBranches(step, where),
        ];
      case 'random-split':
        return [...checkPercentages(step, where), ...checkBranches(step, where)];
      case 'wait-until':
        return this.#awaited(step.until, `${where}.until`);
      case 'activate': {
        if (step.activation !== undefined)
          return checkStepActivation(step.activation, this.#definitions, `${where}.activation`);
        const message = 'No destination is chosen.';
        return [errorAt(`${where}.activation`, message, 'Choose where the customers of this step are sent.')];
      }
      case 'wait':
      case 'exit':
        return [];
    }
  }

  audience(id: string | undefined, where: string): Problem[] {
    if (id === undefined) return [errorAt(where, 'No audience is chosen.', 'Choose an audience.')];
    if (this.#definitions.audiences.some((each) => each.id === id)) {
      const [broken] = checkRule({ kind: 'audience', audience: id }, this.#definitions, where).filter(
        ({ severity }) => severity === 'error',
      );
      return broken === undefined ? [] : [broken];
    }
    return [errorAt(where, `The audience “${id}” does not exist.`, 'Choose another audience.')];
  }

  #awaited(until: Extract<Step, { kind: 'wait-until' }>['until'], where: string): Problem[] {
    if (until.kind === 'audience') return this.audience(until.audience, `${where}.audience`);
    const { model } = this.#definitions;
    const condition = {
      kind: 'related' as const,
      entity: until.entity,
      where: until.where,
      measure: { of: 'exists' as const },
    };
    const problems = checkRule({ kind: 'condition', condition }, this.#definitions, where).map((problem) => ({
      ...problem,
      where: problem.where.replace(`${where}.condition`, where),
    }));
    const entity = findEntity(model, until.entity);
    if (entity === undefined || hasErrors(problems)) return problems;
    if (entity.timeColumn !== undefined && findAttribute(entity, entity.timeColumn) !== undefined)
      return problems;
    const message = `${entity.label} has no time column, so that nothing tells when its rows came.`;
    return [...problems, errorAt(`${where}.entity`, message, 'Choose its time column on the Model page.')];
  }
}

function checkBranches(
  { branches }: { readonly branches: readonly { readonly id: string; readonly name: string }[] },
  where: string,
): Problem[] {
  const problems: Problem[] = [];
  for (const [at, { id, name }] of branches.entries()) {
    if (branches.findIndex((each) => each.id === id) !== at)
      problems.push(
        errorAt(
          `${where}.branches[${at}].id`,
          `The branch id “${id}” occurs twice.`,
          'Give one of the two another id.',
        ),
      );
    if (branches.findIndex((each) => each.name.toLowerCase() === name.toLowerCase()) !== at)
      problems.push(
        warningAt(
          `${where}.branches[${at}].name`,
          `Two branches are called “${name}”.`,
          'Give one of the two another name.',
        ),
      );
  }
  return problems;
}

function checkPercentages(
  { branches, holdOut }: Extract<Step, { kind: 'random-split' }>,
  where: string,
): Problem[] {
  const given = branches.flatMap(({ percent }) => (percent === undefined ? [] : [percent]));
  if (given.length === 0) return [];
  if (given.length < branches.length) {
    const message = 'Some branches have a percentage and some have none.';
    return [
      errorAt(`${where}.branches`, message, 'Give each branch a percentage, or none for an even split.'),
    ];
  }
  // Hundredths, since sums of fractions are not exact.
  const sum = [...given, holdOut].reduce((all, each) => all + Math.round(each * 100), 0) / 100;
  if (sum === 100) return [];
  const message = `The percentages sum to ${sum}, not to 100.`;
  return [errorAt(`${where}.branches`, message, 'Change them until they sum to 100, the hold-out included.')];
}
