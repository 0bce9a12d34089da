import { AppError } from '../domain/app-error.ts';
import type { CompiledQuery, Dialect } from '../sql/index.ts';
import { type RunTables, RunStatements } from '../sql/run-tables.ts';
import type { ActOptions, OpenWarehouse } from '../warehouses/warehouse.ts';
import type { PositionedBlock } from './cut-batches.ts';
import type { PlannedGroup } from './run-plan.ts';

type StreamOptions = ActOptions & { readonly signal: AbortSignal };

/** Rows of a group after a position, in the order in which every process reads them. */
export type RowSource = (group: PlannedGroup, after: number) => AsyncIterable<PositionedBlock>;

/** Rows that are held in the writable schema. */
export function pinnedRows(
  warehouse: OpenWarehouse,
  dialect: Dialect,
  tables: RunTables,
  options: StreamOptions,
): RowSource {
  const statements = new RunStatements(dialect, tables);
  return async function* (group, after) {
    const query = statements.readRows(
      { op: group.op, recipes: group.pinnedAs ?? group.recipeId },
      group.fields.length,
      after,
    );
    let last = after;
    for await (const { columns } of warehouse.stream(query, options)) {
      const [texts = [], ...fields] = columns;
      const positions = texts.map((text) => (last = readPosition(text, last)));
      yield { positions, columns: fields };
    }
  };
}

/**
 * Rows that are read again by the same query, for warehouses where nothing may be written: their place in the order of ids is their position.
 * `members` gives the id and then the fields.
 */
export function queriedRows(
  warehouse: OpenWarehouse,
  members: CompiledQuery,
  options: StreamOptions,
): RowSource {
  return async function* (_group, after) {
    let before = 0;
    for await (const { rows, columns } of warehouse.stream(members, options)) {
      const first = before;
      before += rows;
      if (before <= after) continue;
      const skipped = Math.max(0, after - first);
      const fields = columns.slice(1);
      yield {
        positions: Array.from({ length: rows - skipped }, (_, at) => first + skipped + at + 1),
        columns: skipped === 0 ? fields : fields.map((column) => column.slice(skipped)),
      };
    }
  };
}

/** Positions rise: where one does not, batches would not be cut as another process cuts them. */
function readPosition(text: string | null, last: number): number {
  const position = Number(text);
  if (Number.isSafeInteger(position) && text !== null && position > last) return position;
  throw new AppError({
    code: 'INTERNAL',
    message: 'The pinned rows of this run are not as they were written.',
    help: 'Cancel the run and start it again.',
    retry: 'no',
  });
}
