import { AppError } from '../domain/app-error.ts';

/** Verbs of statements that write to the one table that is named next. */
const WRITES =
  /^\s*(?:CREATE\s+(?:OR\s+REPLACE\s+)?TABLE(?:\s+IF\s+NOT\s+EXISTS)?|INSERT\s+(?:INTO|OVERWRITE)(?:\s+TABLE)?|DELETE\s+FROM|UPDATE|MERGE\s+INTO|TRUNCATE\s+TABLE|(?:DROP|ALTER)\s+TABLE(?:\s+IF\s+EXISTS)?)\s+((?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|\w+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|\w+))*)/i;
const PART = /"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|(\w+)/g;

/** Holds a statement that writes to its schema: its first word is a verb that writes, and its table lies there. @throws AppError INTERNAL */
export function assertStateTarget(
  text: string,
  state: { readonly catalog: string; readonly schema: string },
): void {
  const target = WRITES.exec(text)?.[1] ?? '';
  const parts = [...target.matchAll(PART)].map(
    ([, double, tick, plain]) => double?.replaceAll('""', '"') ?? tick?.replaceAll('``', '`') ?? plain ?? '',
  );
  const [catalog, schema] = parts;
  if (parts.length === 3 && isSame(catalog, state.catalog) && isSame(schema, state.schema)) return;
  throw new AppError({
    code: 'INTERNAL',
    message: `A statement does not write to a table of “${state.catalog}.${state.schema}”, and nothing else may be written.`,
    help: 'Report this with the steps that led here.',
    retry: 'no',
  });
}

function isSame(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}
