import { z } from 'zod';
import type { TableMetadata } from './catalog.ts';
import { ColumnType } from './column-type.ts';
import { Instant } from './duration.ts';
import { TablePath, formatIdentifier, formatTablePath } from './table-path.ts';

/** What changed in the lakehouse between two readings of its metadata. */
export const CatalogChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('table-gone'), path: TablePath }),
  z.object({ kind: z.literal('table-new'), path: TablePath, columns: z.number() }),
  z.object({ kind: z.literal('column-gone'), path: TablePath, column: z.string(), was: ColumnType }),
  z.object({ kind: z.literal('column-new'), path: TablePath, column: z.string(), now: ColumnType }),
  z.object({
    kind: z.literal('column-retyped'),
    path: TablePath,
    column: z.string(),
    was: ColumnType,
    now: ColumnType,
  }),
]);
export type CatalogChange = z.infer<typeof CatalogChange>;

/** A part of the model or an audience that a change breaks. `id` is its own within its kind. */
export const BrokenPart = z.object({
  kind: z.enum(['entity', 'attribute', 'trait', 'audience']),
  id: z.string(),
  name: z.string(),
});
export type BrokenPart = z.infer<typeof BrokenPart>;

/** A change with when it was found and what it breaks as the definitions are now. */
export const FoundChange = z.object({
  id: z.number(),
  foundAt: Instant,
  change: CatalogChange,
  breaks: z.array(BrokenPart),
});
export type FoundChange = z.infer<typeof FoundChange>;

/** The changes of one table's columns. */
export function compareTables(before: TableMetadata, after: TableMetadata): CatalogChange[] {
  const { path } = after;
  const were = new Map(before.columns.map((column) => [column.name, column.type]));
  const are = new Map(after.columns.map((column) => [column.name, column.type]));
  const changes: CatalogChange[] = [];
  for (const [column, was] of were) {
    const now = are.get(column);
    if (now === undefined) changes.push({ kind: 'column-gone', path, column, was });
    else if (JSON.stringify(now) !== JSON.stringify(was)) {
      changes.push({ kind: 'column-retyped', path, column, was, now });
    }
  }
  for (const [column, now] of are) {
    if (!were.has(column)) changes.push({ kind: 'column-new', path, column, now });
  }
  return changes;
}

/** True where the catalog as it was read still shows the change; `table` is undefined where it is not in it. */
export function stillHolds(change: CatalogChange, table: TableMetadata | undefined): boolean {
  if (change.kind === 'table-gone') return table === undefined;
  if (table === undefined) return false;
  if (change.kind === 'table-new') return true;
  const type = table.columns.find((column) => column.name === change.column)?.type;
  if (change.kind === 'column-gone') return type === undefined;
  return type !== undefined && JSON.stringify(type) === JSON.stringify(change.now);
}

/** The change as a sentence. */
export function describeChange(change: CatalogChange): string {
  const table = formatTablePath(change.path);
  switch (change.kind) {
    case 'table-gone':
      return `The table ${table} is gone, or no longer visible to this connection.`;
    case 'table-new':
      return `The table ${table} is new.`;
    case 'column-gone':
      return `The column ${formatIdentifier(change.column)} is gone from ${table}.`;
    case 'column-new':
      return `The column ${formatIdentifier(change.column)} (${change.now.native}) is new in ${table}.`;
    case 'column-retyped':
      return `The column ${formatIdentifier(change.column)} of ${table} was ${change.was.native} and is now ${change.now.native}.`;
  }
}
