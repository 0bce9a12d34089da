import { z } from 'zod';
import { ColumnType } from './column-type.ts';
import { Instant } from './duration.ts';
import { TablePath } from './table-path.ts';

/** A column as the warehouse describes it. */
export const ColumnMetadata = z.object({
  name: z.string(),
  type: ColumnType,
  nullable: z.boolean(),
  comment: z.string().optional(),
});
export type ColumnMetadata = z.infer<typeof ColumnMetadata>;

/** Where a row count comes from: the warehouse's own metadata, or a query that counted. */
export const RowCount = z.object({ rows: z.number(), from: z.enum(['metadata', 'query']), asOf: Instant });
export type RowCount = z.infer<typeof RowCount>;

/** How large a table is on disk, from the table's own metadata, and when that was read. */
export const TableSize = z.object({ bytes: z.number(), files: z.number().optional(), asOf: Instant });
export type TableSize = z.infer<typeof TableSize>;

/**
 * A catalog (without `schema`) or schema of which no table was read: the account may not look into it (`denied`), or sees no table in it
 * (`empty`). `privilege` is the grant that would change that.
 */
export const SchemaGap = z.object({
  catalog: z.string(),
  schema: z.string().optional(),
  reason: z.enum(['denied', 'empty']),
  privilege: z.enum(['USE CATALOG', 'USE SCHEMA', 'SELECT']),
});
export type SchemaGap = z.infer<typeof SchemaGap>;

/** A table or view: metadata only, never a row of it. */
export const TableMetadata = z.object({
  path: TablePath,
  kind: z.enum(['table', 'view']),
  comment: z.string().optional(),
  columns: z.array(ColumnMetadata),
  rowCount: RowCount.optional(),
  size: TableSize.optional(),
  /** When the metadata was read. */
  asOf: Instant,
});
export type TableMetadata = z.infer<typeof TableMetadata>;

/** One line of the catalog's tree or of a search. */
export const TableSummary = z.object({
  path: TablePath,
  kind: z.enum(['table', 'view']),
  columns: z.number(),
  rows: z.number().optional(),
  /** In a search: the column that matched, where it was not the table's own name. */
  matchedColumn: z.string().optional(),
});
export type TableSummary = z.infer<typeof TableSummary>;
