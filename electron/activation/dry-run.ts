import type { DestinationKind } from '../destinations/destination.ts';
import type { Problem } from '../domain/problem.ts';
import type { CompiledQuery } from '../sql/index.ts';
import type { ActOptions, OpenWarehouse } from '../warehouses/warehouse.ts';
import { cutBatches } from './cut-batches.ts';
import { queriedRows } from './row-source.ts';
import type { PreparedField } from './prepare-rows.ts';
import { type RunPlan, prepareFields } from './run-plan.ts';

/** So many rows are tried at the most; what follows is counted only. */
const MOST_CHECKED = 20_000;
const SHOWN = 10;

/** The first rows of a run, as they would leave. */
export interface TriedRows {
  /** How many rows were looked at. */
  readonly checked: number;
  readonly rejected: { field?: string; reason: string; rows: number }[];
  readonly payload: { columns: string[]; rows: (string | null)[][] };
  /** Batches of the rows that were looked at. */
  readonly batches: number;
  readonly problems: Problem[];
}

/**
 * Prepares and cuts the first rows of a run without sending them: the same code as a run's, up to the request. Values are masked; nothing of
 * them is kept.
 */
export async function tryRows(
  warehouse: OpenWarehouse,
  members: CompiledQuery,
  { fields, limits }: Pick<RunPlan, 'fields' | 'limits'>,
  kind: DestinationKind,
  options: ActOptions & { readonly signal: AbortSignal },
): Promise<TriedRows> {
  const prepared = prepareFields(fields, kind);
  const reasons = new Map<string, { field?: string; reason: string; rows: number }>();
  const empty = fields.map(() => 0);
  const shown: (string | null)[][] = [];
  let checked = 0;
  let batches = 0;
  const source = queriedRows(
    warehouse,
    limitTo(members),
    options,
  )({ op: 'add', recipeId: '', fields: [...fields], rows: 0 }, 0);
  const cuts = cutBatches(source, prepared, limits);
  for (;;) {
    const next = await cuts.next();
    for (const { field, reason } of next.value.rejected) {
      const key = JSON.stringify([field, reason]);
      const known = reasons.get(key) ?? { ...(field === undefined ? {} : { field }), reason, rows: 0 };
      reasons.set(key, { ...known, rows: known.rows + 1 });
      checked += 1;
    }
    if (next.done === true) break;
    batches += 1;
    checked += next.value.rows.length;
    for (const row of next.value.rows) {
      row.forEach((value, at) => {
        if (value === null) empty[at] = (empty[at] ?? 0) + 1;
      });
      if (shown.length < SHOWN) shown.push(row.map(maskValue));
    }
  }
  return {
    checked,
    rejected: [...reasons.values()].sort((left, right) => right.rows - left.rows),
    payload: { columns: fields.map(({ field }) => field), rows: shown },
    batches,
    problems: findEmpty(prepared, empty, checked),
  };
}

function limitTo(members: CompiledQuery): CompiledQuery {
  return { ...members, text: `${members.text}\nLIMIT ${MOST_CHECKED}` };
}

/** A value so that its form can be seen and not the value: its first two characters, then bullets. */
function maskValue(value: string | null): string | null {
  if (value === null) return null;
  const [first = '', second = ''] = value;
  return value.length <= 3 ? '•••' : `${first}${second}•••`;
}

/** NULL in a field that describes somebody would overwrite what the destination knows. */
function findEmpty(fields: readonly PreparedField[], empty: readonly number[], checked: number): Problem[] {
  return fields.flatMap(({ field, isIdentifier }, at): Problem[] => {
    const rows = empty[at] ?? 0;
    if (isIdentifier || rows === 0) return [];
    return [
      {
        severity: 'warning',
        where: `fields[${at}].from`,
        message: `${field} is empty in ${rows} of ${checked} rows: there it may overwrite what the destination knows.`,
        help: 'Leave the field out, or fill it with a column that is never empty.',
      },
    ];
  });
}
