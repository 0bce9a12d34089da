import { AppError } from './app-error.ts';
import { checkTest } from './check-test.ts';
import { type ColumnType, familyOf, typeAt } from './column-type.ts';
import { type Definitions, composeRules } from './composition.ts';
import { measureType } from './measure-type.ts';
import { type ResolvedEntity, findAttribute, findEntity } from './model.ts';
import { type Problem, errorAt, hasErrors } from './problem.ts';
import { type ColumnRef, type Filter, type Measure, type Rule, type Test, type Window } from './rule.ts';

/**
 * Finds everything that keeps a rule from running: unknown parts, operators and values that do not fit their columns, cycles.
 * `where` is the path of the rule in its document.
 */
export function checkRule(rule: Rule, definitions: Definitions, where = 'rule'): Problem[] {
  const problems = checkNode(rule, definitions, where);
  if (hasErrors(problems)) return problems;
  try {
    composeRules([rule], definitions);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    problems.push(errorAt(where, cause.message, cause.help));
  }
  return problems;
}

function checkNode(rule: Rule, definitions: Definitions, where: string): Problem[] {
  switch (rule.kind) {
    case 'all':
    case 'any': {
      const problems = rule.rules.flatMap((each, at) =>
        checkNode(each, definitions, `${where}.rules[${at}]`),
      );
      if (rule.kind === 'any' && rule.rules.length === 0) {
        problems.push({
          severity: 'warning',
          where,
          message: 'This group is empty, so that nobody meets it.',
          help: 'Add a condition, or remove the group.',
        });
      }
      return problems;
    }
    case 'not':
      return checkNode(rule.rule, definitions, `${where}.rule`);
    case 'audience': {
      if (definitions.audiences.some((each) => each.id === rule.audience)) return [];
      if (rule.audience === '') {
        return [errorAt(`${where}.audience`, 'No audience is chosen.', 'Choose an audience.')];
      }
      const name = `The audience “${rule.audience}” does not exist.`;
      return [
        errorAt(`${where}.audience`, name, 'Choose another audience, or remove this part of the rule.'),
      ];
    }
    case 'condition':
      return checkCondition(rule.condition, definitions, `${where}.condition`);
  }
}

function checkCondition(
  condition: Extract<Rule, { kind: 'condition' }>['condition'],
  { model }: Definitions,
  where: string,
): Problem[] {
  if (condition.kind === 'trait') {
    const trait = model.traits.find((each) => each.id === condition.trait);
    if (trait === undefined) {
      const text = `The trait “${condition.trait}” does not exist.`;
      return [errorAt(`${where}.trait`, text, 'Choose another trait, or add it on the Model page.')];
    }
    const entity = findEntity(model, trait.entity);
    const of = entity === undefined ? undefined : measuredType(entity, trait.measure);
    return checkTest(condition.test, measureType(trait.measure, of), `${where}.test`);
  }
  const entity = findEntity(model, condition.entity);
  if (entity === undefined) {
    const text = `The entity “${condition.entity}” is not in the model.`;
    return [errorAt(`${where}.entity`, text, 'Choose another entity, or add it on the Model page.')];
  }
  if (condition.kind === 'attribute') {
    if (entity.cardinality === 'one-to-many') {
      return [
        errorAt(
          `${where}.entity`,
          `${entity.label} has many rows a customer.`,
          'Use a related condition for it.',
        ),
      ];
    }
    return checkColumnTest(entity, condition, condition.test, where);
  }
  return checkMeasured(entity, condition, where);
}

/** Finds what is wrong with a measure over an entity: of a related condition, a trait or an output column. */
export function checkMeasured(
  entity: ResolvedEntity,
  source: {
    where: readonly Filter[];
    window?: Window | undefined;
    measure: Measure;
    test?: Test | undefined;
    kind?: string;
  },
  where: string,
): Problem[] {
  const { measure, test, window } = source;
  const problems = source.where.flatMap((filter, at) =>
    checkColumnTest(entity, filter, filter.test, `${where}.where[${at}]`),
  );
  if (window !== undefined) problems.push(...checkWindow(entity, window, `${where}.window`));
  problems.push(...checkMeasure(entity, measure, `${where}.measure`));
  if (hasErrors(problems) || source.kind !== 'related') return problems;
  const comparesNothing = measure.of === 'exists' || measure.of === 'not-exists';
  if (comparesNothing && test !== undefined) {
    problems.push(errorAt(`${where}.test`, 'This measure is already yes or no.', 'Remove the comparison.'));
  } else if (!comparesNothing && test === undefined) {
    problems.push(errorAt(`${where}.test`, 'The comparison is missing.', 'Add an operator and a value.'));
  } else if (test !== undefined) {
    problems.push(...checkTest(test, measureType(measure, measuredType(entity, measure)), `${where}.test`));
  }
  return problems;
}

function checkMeasure(entity: ResolvedEntity, measure: Measure, where: string): Problem[] {
  if (!('column' in measure)) return [];
  const type = findAttribute(entity, measure.column)?.type;
  if (type === undefined) return [unknownColumn(entity, measure, `${where}.column`)];
  const family = familyOf(type);
  if ((measure.of === 'sum' || measure.of === 'avg') && family !== 'number') {
    return [
      errorAt(`${where}.column`, `${measure.column} is not a number.`, 'Choose a number, or count instead.'),
    ];
  }
  if (measure.of === 'latest' && entity.timeColumn === undefined) {
    return [
      errorAt(where, `${entity.label} has no time column.`, 'Choose its time column on the Model page.'),
    ];
  }
  if (family === 'other' || family === 'list') {
    return [
      errorAt(
        `${where}.column`,
        `${measure.column} cannot be measured.`,
        'Choose a text, number, date or yes/no column.',
      ),
    ];
  }
  return [];
}

function checkWindow(entity: ResolvedEntity, window: Window, where: string): Problem[] {
  const name = window.column ?? entity.timeColumn;
  if (name === undefined) {
    return [
      errorAt(where, `${entity.label} has no time column.`, 'Choose its time column on the Model page.'),
    ];
  }
  const type = findAttribute(entity, name)?.type;
  if (type === undefined) return [unknownColumn(entity, { column: name }, where)];
  if (familyOf(type) !== 'time')
    return [errorAt(where, `${name} is not a date or time.`, 'Choose another time column.')];
  if (window.from !== undefined && window.to !== undefined && window.from > window.to) {
    return [errorAt(where, 'The window begins after it ends.', 'Swap the two dates.')];
  }
  return [];
}

function checkColumnTest(entity: ResolvedEntity, ref: ColumnRef, test: Test, where: string): Problem[] {
  const attribute = findAttribute(entity, ref.column);
  const type = attribute === undefined ? undefined : typeAt(attribute.type, ref.path ?? []);
  return type === undefined ? [unknownColumn(entity, ref, where)] : checkTest(test, type, `${where}.test`);
}

function unknownColumn(entity: ResolvedEntity, ref: ColumnRef, where: string): Problem {
  if (ref.column === '') return errorAt(where, 'No attribute is chosen.', 'Choose an attribute.');
  const name = [ref.column, ...(ref.path ?? [])].join('.');
  return errorAt(
    where,
    `${entity.label} has no attribute ${name}.`,
    'Choose another attribute, or add it on the Model page.',
  );
}

function measuredType(entity: ResolvedEntity, measure: Measure): ColumnType | undefined {
  return 'column' in measure ? findAttribute(entity, measure.column)?.type : undefined;
}
