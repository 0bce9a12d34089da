import type { ArrowColumn } from './arrow-column.ts';

/** A part of a result: Arrow columns from statements, values from metadata calls. */
export type ResultPart =
  | { readonly kind: 'arrow'; readonly rows: number; readonly columns: readonly ArrowColumn[] }
  | { readonly kind: 'plain'; readonly rows: number; readonly columns: readonly (readonly unknown[])[] };
