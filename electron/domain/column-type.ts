import { z } from 'zod';

/** A column's type, the same words for every engine. `native` keeps the engine's own spelling for people to read. */
export type ColumnType =
  /** `cast`: text to people, but text functions of the engine refuse it until it is cast (UUID of DuckDB). */
  | { readonly kind: 'text'; readonly native: string; readonly cast?: true | undefined }
  | { readonly kind: 'boolean'; readonly native: string }
  | { readonly kind: 'integer'; readonly native: string; readonly bits: 8 | 16 | 32 | 64 | 128 }
  | { readonly kind: 'decimal'; readonly native: string; readonly precision: number; readonly scale: number }
  | { readonly kind: 'float'; readonly native: string; readonly bits: 32 | 64 }
  | { readonly kind: 'date'; readonly native: string }
  /** `zoned`: an instant (TIMESTAMP of Databricks, TIMESTAMPTZ of DuckDB); otherwise a wall-clock time read as UTC. */
  | { readonly kind: 'timestamp'; readonly native: string; readonly zoned: boolean }
  | { readonly kind: 'binary'; readonly native: string }
  | { readonly kind: 'array'; readonly native: string; readonly element: ColumnType }
  | { readonly kind: 'map'; readonly native: string; readonly key: ColumnType; readonly value: ColumnType }
  | {
      readonly kind: 'struct';
      readonly native: string;
      readonly fields: readonly { readonly name: string; readonly type: ColumnType }[];
    }
  | { readonly kind: 'variant'; readonly native: string }
  | { readonly kind: 'other'; readonly native: string };

const native = z.string();

export const ColumnType: z.ZodType<ColumnType> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('text'), native, cast: z.literal(true).optional() }),
    z.object({ kind: z.literal('boolean'), native }),
    z.object({ kind: z.literal('integer'), native, bits: z.literal([8, 16, 32, 64, 128]) }),
    z.object({ kind: z.literal('decimal'), native, precision: z.number(), scale: z.number() }),
    z.object({ kind: z.literal('float'), native, bits: z.literal([32, 64]) }),
    z.object({ kind: z.literal('date'), native }),
    z.object({ kind: z.literal('timestamp'), native, zoned: z.boolean() }),
    z.object({ kind: z.literal('binary'), native }),
    z.object({ kind: z.literal('array'), native, element: ColumnType }),
    z.object({ kind: z.literal('map'), native, key: ColumnType, value: ColumnType }),
    z.object({
      kind: z.literal('struct'),
      native,
      fields: z.array(z.object({ name: z.string(), type: ColumnType })),
    }),
    z.object({ kind: z.literal('variant'), native }),
    z.object({ kind: z.literal('other'), native }),
  ]),
);

/** The types of what statements compute themselves: texts, and counts. */
export const TEXT: ColumnType = { kind: 'text', native: 'text' };
export const BIGINT: ColumnType = { kind: 'integer', native: 'bigint', bits: 64 };
export const BOOLEAN: ColumnType = { kind: 'boolean', native: 'boolean' };

/** What a rule can ask of a column: operators belong to a family, not to a single type. */
export const TypeFamily = z.enum(['text', 'number', 'boolean', 'time', 'list', 'other']);
export type TypeFamily = z.infer<typeof TypeFamily>;

/** A type whose values hold others: they are told as JSON. */
export type NestedType = Extract<ColumnType, { kind: 'array' | 'map' | 'struct' | 'variant' }>;

/** Whether values of a type hold others. */
export function isNested(type: ColumnType): type is NestedType {
  return type.kind === 'array' || type.kind === 'map' || type.kind === 'struct' || type.kind === 'variant';
}

/** The family of a type. */
export function familyOf(type: ColumnType): TypeFamily {
  switch (type.kind) {
    case 'text':
      return 'text';
    case 'boolean':
      return 'boolean';
    case 'integer':
    case 'decimal':
    case 'float':
      return 'number';
    case 'date':
    case 'timestamp':
      return 'time';
    case 'array':
      return 'list';
    case 'binary':
    case 'map':
    case 'struct':
    case 'variant':
    case 'other':
      return 'other';
  }
}

/** True where two types hold the same kind of values, so that keys of these types join without a cast. */
export function sameKeyType(left: ColumnType, right: ColumnType): boolean {
  if (left.kind === 'text' && right.kind === 'text') return left.cast === right.cast;
  return left.kind === right.kind || (familyOf(left) === 'number' && familyOf(right) === 'number');
}

/** The type of a field inside a struct (`path` of field names), or undefined where there is none. */
export function typeAt(type: ColumnType, path: readonly string[]): ColumnType | undefined {
  let current: ColumnType | undefined = type;
  for (const name of path) {
    if (current?.kind !== 'struct') return undefined;
    current = current.fields.find((field) => field.name === name)?.type;
  }
  return current;
}
