import { z } from 'zod';
import { AppError } from './app-error.ts';

/** Characters that no identifier may hold: control characters, NUL among them, and lone surrogates. */
const FORBIDDEN = /\p{Cc}|\p{Cs}/u;

/** The longest identifier of Unity Catalog, in characters. */
const LONGEST = 255;

/** A validated name of a catalog, schema, table or column. Quoting is the printer's; this refuses what no engine accepts. */
export const Identifier = z
  .string()
  .min(1, 'An identifier has at least one character.')
  .max(LONGEST, `An identifier has at most ${LONGEST} characters.`)
  .refine((text) => !FORBIDDEN.test(text), 'An identifier holds no control characters.');
export type Identifier = z.infer<typeof Identifier>;

/** The three-part name of a table or view, as in Unity Catalog. */
export const TablePath = z.strictObject({ catalog: Identifier, schema: Identifier, table: Identifier });
export type TablePath = z.infer<typeof TablePath>;

/** `catalog.schema.table` for people, with backticks around parts that need them. */
export function formatTablePath(path: TablePath): string {
  return [path.catalog, path.schema, path.table].map(formatIdentifier).join('.');
}

/** The name as it is where it is a plain word, else within backticks. */
export function formatIdentifier(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}

/** True where both name the same table. */
export function sameTable(left: TablePath, right: TablePath): boolean {
  return left.catalog === right.catalog && left.schema === right.schema && left.table === right.table;
}

/**
 * Reads `catalog.schema.table`, with backticks where a part holds dots or quotes.
 * @throws AppError IDENTIFIER_INVALID when it has not exactly three valid parts.
 */
export function parseTablePath(text: string): TablePath {
  const parts = [...text.matchAll(/(?:^|\.)(?:`((?:[^`]|``)+)`|([^.`]+))/g)];
  const whole = parts.map((part) => part[0]).join('');
  const [catalog, schema, table] = parts.map((part) => part[1]?.replaceAll('``', '`') ?? part[2] ?? '');
  const parsed = TablePath.safeParse({ catalog, schema, table });
  if (parts.length !== 3 || whole !== text || !parsed.success) {
    throw new AppError({
      code: 'IDENTIFIER_INVALID',
      message: `“${text}” is not a three-part table name.`,
      help: 'Write it as catalog.schema.table, with backticks around parts that hold dots.',
      retry: 'after-fix',
    });
  }
  return parsed.data;
}
