import { z } from 'zod';
import { Duration, Instant } from './duration.ts';
import {
  BARE_OPERATORS,
  DURATION_OPERATORS,
  LIST_OPERATORS,
  RANGE_OPERATORS,
  VALUE_OPERATORS,
} from './operators.ts';
import { Scalar } from './scalar.ts';
import { Identifier } from './table-path.ts';

/** An id of a definition: lower-case words joined by hyphens, as it stands in workspace files. */
export const DefinitionId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,79}$/, 'An id is lower-case letters, digits and hyphens, 80 at most.');
export type DefinitionId = z.infer<typeof DefinitionId>;

/** The reserved entity id of the customer itself. */
export const CUSTOMER = 'customer';

/** The largest number of values in a list operator: beyond it a table is the better place. */
export const LONGEST_LIST = 1_000;

/** A comparison of one value, an operator with its operands. `between` includes both ends, `from-below` only the lower. */
export const Test = z.discriminatedUnion('op', [
  z.strictObject({ op: z.enum(BARE_OPERATORS) }),
  z.strictObject({ op: z.enum(VALUE_OPERATORS), value: Scalar }),
  z.strictObject({ op: z.enum(LIST_OPERATORS), values: z.array(Scalar).min(1).max(LONGEST_LIST) }),
  z.strictObject({ op: z.enum(RANGE_OPERATORS), low: Scalar, high: Scalar }),
  z.strictObject({ op: z.enum(DURATION_OPERATORS), duration: Duration }),
]);
export type Test = z.infer<typeof Test>;

/** A column of an entity, or a field inside a struct column (`path` of field names). */
export const ColumnRef = z.strictObject({ column: Identifier, path: z.array(Identifier).optional() });
export type ColumnRef = z.infer<typeof ColumnRef>;

/** A test of one column of a related row. All filters of a condition must hold for the same row. */
export const Filter = z.strictObject({ ...ColumnRef.shape, test: Test });
export type Filter = z.infer<typeof Filter>;

/**
 * Which rows count, by time: `last` reaches from `asOf − last` (included) to `asOf` (included); `from` is included, `to` is not.
 * `column` is the entity's time column unless stated.
 */
export const Window = z.strictObject({
  column: Identifier.optional(),
  last: Duration.optional(),
  from: Instant.optional(),
  to: Instant.optional(),
});
export type Window = z.infer<typeof Window>;

/** Measures that count rows and need no column. */
export const ROW_MEASURES = ['exists', 'not-exists', 'count'] as const;
/** Measures over one column. */
export const COLUMN_MEASURES = ['count-distinct', 'sum', 'avg', 'min', 'max', 'latest'] as const;

/** What is computed from the rows of a related entity that pass filters and window. */
export const Measure = z.discriminatedUnion('of', [
  z.strictObject({ of: z.enum(ROW_MEASURES) }),
  z.strictObject({ of: z.enum(COLUMN_MEASURES), column: Identifier }),
]);
export type Measure = z.infer<typeof Measure>;

/** An attribute of the customer or of a one-to-one entity. */
export const AttributeCondition = z.strictObject({
  kind: z.literal('attribute'),
  entity: DefinitionId,
  ...ColumnRef.shape,
  test: Test,
});
export type AttributeCondition = z.infer<typeof AttributeCondition>;

/** A measure over the rows of a related entity. `exists` and `not-exists` carry no test, all others need one. */
export const RelatedCondition = z.strictObject({
  kind: z.literal('related'),
  entity: DefinitionId,
  where: z.array(Filter).default([]),
  window: Window.optional(),
  measure: Measure,
  test: Test.optional(),
});
export type RelatedCondition = z.infer<typeof RelatedCondition>;

/** A saved measure, compared with a value. */
export const TraitCondition = z.strictObject({ kind: z.literal('trait'), trait: DefinitionId, test: Test });
export type TraitCondition = z.infer<typeof TraitCondition>;

export const Condition = z.discriminatedUnion('kind', [AttributeCondition, RelatedCondition, TraitCondition]);
export type Condition = z.infer<typeof Condition>;

/**
 * A rule tree. `all` of nothing is every customer, `any` of nothing is nobody; `not` is the complement within all customers.
 * `id` is the editor's handle on a node; a workspace file may leave it out.
 */
export type Rule =
  | { kind: 'all'; id?: string | undefined; rules: Rule[] }
  | { kind: 'any'; id?: string | undefined; rules: Rule[] }
  | { kind: 'not'; id?: string | undefined; rule: Rule }
  | { kind: 'condition'; id?: string | undefined; condition: Condition }
  | { kind: 'audience'; id?: string | undefined; audience: DefinitionId };

const nodeId = z.string().min(1).max(80).optional();

export const Rule: z.ZodType<Rule> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('all'), id: nodeId, rules: z.array(Rule) }),
    z.strictObject({ kind: z.literal('any'), id: nodeId, rules: z.array(Rule) }),
    z.strictObject({ kind: z.literal('not'), id: nodeId, rule: Rule }),
    z.strictObject({ kind: z.literal('condition'), id: nodeId, condition: Condition }),
    z.strictObject({ kind: z.literal('audience'), id: nodeId, audience: DefinitionId }),
  ]),
);
