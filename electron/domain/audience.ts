import { z } from 'zod';
import { ColumnRef, DefinitionId, Filter, Measure, Rule, Window } from './rule.ts';

const as = z.string().min(1).max(120).optional();

/** A column of an export beside the customer id. `as` is its name in the file; without it the column's, trait's or measure's own. */
export const OutputColumn = z.discriminatedUnion('kind', [
  /** An attribute of the customer or of a one-to-one entity. */
  z.strictObject({ kind: z.literal('attribute'), entity: DefinitionId, ...ColumnRef.shape, as }),
  z.strictObject({ kind: z.literal('trait'), trait: DefinitionId, as }),
  /** An aggregated attribute over a related entity. */
  z.strictObject({
    kind: z.literal('measure'),
    entity: DefinitionId,
    where: z.array(Filter).default([]),
    window: Window.optional(),
    measure: Measure,
    as: z.string().min(1).max(120),
  }),
]);
export type OutputColumn = z.infer<typeof OutputColumn>;

/** A named rule over one model, with the columns that describe its members when it is exported or activated. */
export const Audience = z.strictObject({
  id: DefinitionId,
  name: z.string().trim().min(1).max(120),
  description: z.string().max(2_000).optional(),
  rule: Rule,
  columns: z.array(OutputColumn).default([]),
});
export type Audience = z.infer<typeof Audience>;

/** The name of the customer id in every result and file. */
export const CUSTOMER_ID = 'customer_id';

/** The name an output column has in files and previews. */
export function outputName(column: OutputColumn): string {
  switch (column.kind) {
    case 'attribute':
      return column.as ?? [column.column, ...(column.path ?? [])].join('_');
    case 'trait':
      return column.as ?? column.trait.replaceAll('-', '_');
    case 'measure':
      return column.as;
  }
}

/** A free id made from a name: `Bundle target` → `bundle-target`, then `bundle-target-2`. */
export function makeId(name: string, taken: ReadonlySet<string>): DefinitionId {
  const words = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 70)
    .replace(/-+$/, '');
  const base = words === '' ? 'untitled' : words;
  let id = base;
  for (let count = 2; taken.has(id); count += 1) id = `${base}-${count}`;
  return id;
}

/** Ids of the audiences that a rule refers to directly. */
export function referredAudiences(rule: Rule): Set<string> {
  const found = new Set<string>();
  const visit = (node: Rule): void => {
    if (node.kind === 'audience') found.add(node.audience);
    else if (node.kind === 'not') visit(node.rule);
    else if (node.kind === 'all' || node.kind === 'any') node.rules.forEach(visit);
  };
  visit(rule);
  return found;
}
