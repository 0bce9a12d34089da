import { AppError } from './app-error.ts';
import type { Audience } from './audience.ts';
import type { CustomerModel } from './model.ts';
import type { AttributeCondition, Condition, RelatedCondition, Rule } from './rule.ts';

/** A condition that can be asked of a table: traits are replaced by their measures, `not-exists` by the complement of `exists`. */
export type LeafCondition = AttributeCondition | RelatedCondition;

/** A Boolean expression over the conditions of a composition; `bit` is an index into `conditions`. */
export type BooleanExpression =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'bit'; readonly index: number }
  | { readonly kind: 'not'; readonly of: BooleanExpression }
  | { readonly kind: 'all' | 'any'; readonly of: readonly BooleanExpression[] };

/** Rules over one list of distinct conditions: what one query answers, and what a histogram recomposes. */
export interface Composition {
  readonly conditions: readonly LeafCondition[];
  /** One expression a composed rule, in the order given. */
  readonly roots: readonly BooleanExpression[];
  /** The expression of each node, by its path: `0`, `0.1`, `0.1.0` … where the first number is the rule's place. */
  readonly nodes: ReadonlyMap<string, BooleanExpression>;
}

/** The definitions that rules refer to. */
export interface Definitions {
  readonly model: CustomerModel;
  readonly audiences: readonly Audience[];
}

/**
 * Composes rules into Boolean expressions over distinct conditions: audiences are replaced by their rules, traits by their measures,
 * equal conditions share a bit. `known` conditions keep the bits they have, so that a histogram stays usable.
 * @throws AppError NOT_FOUND for an unknown audience or trait, AUDIENCE_CYCLE where an audience contains itself.
 */
export function composeRules(
  rules: readonly Rule[],
  definitions: Definitions,
  known: readonly LeafCondition[] = [],
): Composition {
  const conditions: LeafCondition[] = [...known];
  const bits = new Map(known.map((condition, index) => [conditionKey(condition), index]));
  const nodes = new Map<string, BooleanExpression>();

  const bitOf = (condition: LeafCondition): BooleanExpression => {
    const key = conditionKey(condition);
    let index = bits.get(key);
    if (index === undefined) {
      index = conditions.push(condition) - 1;
      bits.set(key, index);
    }
    return { kind: 'bit', index };
  };

  const compose = (rule: Rule, path: string, within: readonly string[]): BooleanExpression => {
    const expression = composeNode(rule, path, within);
    if (within.length === 0) nodes.set(path, expression);
    return expression;
  };

  const composeNode = (rule: Rule, path: string, within: readonly string[]): BooleanExpression => {
    switch (rule.kind) {
      case 'all':
      case 'any':
        return { kind: rule.kind, of: rule.rules.map((each, at) => compose(each, `${path}.${at}`, within)) };
      case 'not':
        return { kind: 'not', of: compose(rule.rule, `${path}.0`, within) };
      case 'audience': {
        const audience = findAudience(rule.audience, definitions, within);
        return composeNode(audience.rule, path, [...within, audience.id]);
      }
      case 'condition':
        return composeCondition(expandTrait(rule.condition, definitions.model), bitOf);
    }
  };

  const roots = rules.map((rule, at) => compose(rule, String(at), []));
  return { conditions, roots, nodes };
}

/** The conditions that an expression asks, each once, in the order in which it names them. */
export function bitsOf(expression: BooleanExpression): Set<number> {
  switch (expression.kind) {
    case 'constant':
      return new Set();
    case 'bit':
      return new Set([expression.index]);
    case 'not':
      return bitsOf(expression.of);
    case 'all':
    case 'any':
      return new Set(expression.of.flatMap((each) => [...bitsOf(each)]));
  }
}

function composeCondition(
  condition: LeafCondition,
  bitOf: (condition: LeafCondition) => BooleanExpression,
): BooleanExpression {
  if (condition.kind === 'related' && condition.measure.of === 'not-exists') {
    return { kind: 'not', of: bitOf({ ...condition, measure: { of: 'exists' } }) };
  }
  return bitOf(condition);
}

function findAudience(id: string, definitions: Definitions, within: readonly string[]): Audience {
  const audience = definitions.audiences.find((each) => each.id === id);
  if (audience === undefined) {
    throw new AppError({
      code: 'NOT_FOUND',
      message: `The rule refers to the audience “${id}”, which does not exist.`,
      help: 'Choose another audience, or remove this part of the rule.',
      retry: 'after-fix',
    });
  }
  if (within.includes(id)) {
    const names = [...within.slice(within.indexOf(id)), id].join(' → ');
    throw new AppError({
      code: 'AUDIENCE_CYCLE',
      message: `The audience “${audience.name}” contains itself: ${names}.`,
      help: 'Remove one of these references.',
      retry: 'after-fix',
    });
  }
  return audience;
}

/** The condition with a trait replaced by the trait's measure. @throws AppError NOT_FOUND for an unknown trait. */
export function expandTrait(condition: Condition, model: CustomerModel): LeafCondition {
  if (condition.kind !== 'trait') return condition;
  const trait = model.traits.find((each) => each.id === condition.trait);
  if (trait === undefined) {
    throw new AppError({
      code: 'NOT_FOUND',
      message: `The rule refers to the trait “${condition.trait}”, which does not exist.`,
      help: 'Choose another trait, or add it on the Model page.',
      retry: 'after-fix',
    });
  }
  const { entity, where, window, measure } = trait;
  const related: RelatedCondition = {
    kind: 'related',
    entity,
    where,
    measure,
    ...(window === undefined ? {} : { window }),
  };
  if (measure.of !== 'exists' && measure.of !== 'not-exists') return { ...related, test: condition.test };
  // A yes/no trait: its test only says which of the two is asked for.
  const wantsYes = condition.test.op === 'is-true' || condition.test.op === 'is-not-empty';
  const holds = (measure.of === 'exists') === wantsYes;
  return { ...related, measure: { of: holds ? 'exists' : 'not-exists' } };
}

/** The same text for equal conditions, whatever the order in which their fields were written. */
export function conditionKey(condition: LeafCondition): string {
  return JSON.stringify(sortKeys(condition));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, each]) => [key, sortKeys(each)]),
  );
}
