import type { Definitions } from './composition.ts';
import { describeDuration } from './duration.ts';
import { type CustomerModel, type ResolvedEntity, findAttribute, findEntity } from './model.ts';
import { OPERATORS } from './operators.ts';
import {
  type Condition,
  type ColumnRef,
  CUSTOMER,
  type Filter,
  type Measure,
  type Rule,
  type Test,
  type Window,
} from './rule.ts';
import type { Scalar } from './scalar.ts';

/** A rule in plain English, one sentence part a condition, for lists, tooltips and screen readers. */
export function describeRule(rule: Rule, definitions: Definitions): string {
  return describeNode(rule, definitions, true);
}

function describeNode(rule: Rule, definitions: Definitions, top: boolean): string {
  switch (rule.kind) {
    case 'all':
    case 'any': {
      if (rule.rules.length === 0) return rule.kind === 'all' ? 'all customers' : 'nobody';
      const parts = rule.rules.map((each) => describeNode(each, definitions, rule.rules.length === 1 && top));
      const joined = parts.join(rule.kind === 'all' ? ' and ' : ' or ');
      return top || parts.length === 1 ? joined : `(${joined})`;
    }
    case 'not':
      return `not ${describeNode(rule.rule, definitions, false)}`;
    case 'audience': {
      const name = definitions.audiences.find((each) => each.id === rule.audience)?.name ?? rule.audience;
      return `in “${name}”`;
    }
    case 'condition':
      return describeCondition(rule.condition, definitions);
  }
}

/** A condition in plain English: `Propensity scores: any where Category is bread, Score is at least 0.66`. */
export function describeCondition(condition: Condition, { model }: Definitions): string {
  if (condition.kind === 'trait') {
    const label = model.traits.find((each) => each.id === condition.trait)?.label ?? condition.trait;
    return `${label} ${describeTest(condition.test)}`;
  }
  if (condition.kind === 'related') return describeMeasured(condition, model);
  const entity = findEntity(model, condition.entity);
  const prefix = condition.entity === CUSTOMER ? '' : `${entity?.label ?? condition.entity}: `;
  return `${prefix}${labelColumn(entity, condition)} ${describeTest(condition.test)}`;
}

/** A measure with its filters and window in plain English: of a related condition, a trait or an output column. */
export function describeMeasured(
  source: {
    entity: string;
    where: readonly Filter[];
    window?: Window | undefined;
    measure: Measure;
    test?: Test | undefined;
  },
  model: CustomerModel,
): string {
  const entity = findEntity(model, source.entity);
  const label = (ref: ColumnRef): string => labelColumn(entity, ref);
  const filters = source.where.map((filter) => `${label(filter)} ${describeTest(filter.test)}`);
  const where = filters.length === 0 ? '' : ` where ${filters.join(', ')}`;
  const window = source.window === undefined ? '' : describeWindow(source.window);
  const test = source.test === undefined ? '' : ` ${describeTest(source.test)}`;
  return `${entity?.label ?? source.entity}: ${describeMeasure(source.measure, label)}${where}${window}${test === '' ? '' : `,${test}`}`;
}

/** What people call a column, or a field of it. */
function labelColumn(entity: ResolvedEntity | undefined, ref: ColumnRef): string {
  const name = (entity === undefined ? undefined : findAttribute(entity, ref.column)?.label) ?? ref.column;
  return [name, ...(ref.path ?? [])].join(' ');
}

function describeMeasure(measure: Measure, label: (ref: ColumnRef) => string): string {
  switch (measure.of) {
    case 'exists':
      return 'any';
    case 'not-exists':
      return 'none';
    case 'count':
      return 'number of rows';
    case 'count-distinct':
      return `number of different ${label(measure)}`;
    case 'sum':
      return `sum of ${label(measure)}`;
    case 'avg':
      return `average ${label(measure)}`;
    case 'min':
      return `smallest ${label(measure)}`;
    case 'max':
      return `largest ${label(measure)}`;
    case 'latest':
      return `latest ${label(measure)}`;
  }
}

function describeWindow(window: Window): string {
  const last = window.last === undefined ? '' : ` in the last ${describeDuration(window.last)}`;
  const from = window.from === undefined ? '' : ` from ${describeInstant(window.from)}`;
  const to = window.to === undefined ? '' : ` to before ${describeInstant(window.to)}`;
  return last + from + to;
}

function describeInstant(instant: string): string {
  return instant.replace('T00:00:00.000Z', '').replace('T00:00:00Z', '');
}

/** A test in plain English: `is from 0.33 to below 0.66`. */
export function describeTest(test: Test): string {
  const { label } = OPERATORS[test.op];
  if (test.op === 'between') return `is between ${show(test.low)} and ${show(test.high)} (both included)`;
  if (test.op === 'from-below') return `is from ${show(test.low)} to below ${show(test.high)}`;
  if ('value' in test) return `${label} ${show(test.value)}`;
  if ('values' in test) return `${label} ${test.values.map(show).join(', ')}`;
  if ('duration' in test) return `${label} ${describeDuration(test.duration)}`;
  return label;
}

function show(scalar: Scalar): string {
  return String(scalar) === '' ? '“”' : String(scalar);
}
