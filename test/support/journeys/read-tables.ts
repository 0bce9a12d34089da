import { z } from 'zod';
import { readInstant } from '../../../electron/journeys/read-instant.ts';
import type { Dialect } from '../../../electron/sql/index.ts';
import { quoteTable } from '../../../electron/sql/printer.ts';
import type { OpenWarehouse } from '../../../electron/warehouses/warehouse.ts';
import type { ReferenceTables } from './reference-rows.ts';
import type { Place } from './world.ts';

/** An open warehouse, and where it may be written. */
export interface Engine {
  readonly warehouse: OpenWarehouse;
  readonly dialect: Dialect;
  readonly place: Place;
}

const PlainRow = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));
/** A row as it is compared: each value by the name of its column. */
export type PlainRow = Readonly<z.infer<typeof PlainRow>>;

/** The rows of the tables of one journey and of all, each list in the order of its keys. */
export interface PlainTables {
  readonly state: readonly PlainRow[];
  readonly log: readonly PlainRow[];
  readonly sends: readonly PlainRow[];
  readonly ticks: readonly PlainRow[];
}

type Kind = 'text' | 'number' | 'instant';
type Columns = Readonly<Record<string, Kind>>;

const STATE: Columns = {
  customer_id: 'text',
  entry: 'number',
  version: 'number',
  step: 'text',
  since: 'instant',
  due_at: 'instant',
  entered_at: 'instant',
  goal_at: 'instant',
  ended_at: 'instant',
  ended_why: 'text',
  tick: 'number',
};
const LOG: Columns = {
  tick: 'number',
  occurred_at: 'instant',
  customer_id: 'text',
  entry: 'number',
  place: 'number',
  kind: 'text',
  version: 'number',
  step: 'text',
  way: 'text',
  next_step: 'text',
  reason: 'text',
};
const SENDS: Columns = {
  journey: 'text',
  tick: 'number',
  sent_at: 'instant',
  customer_id: 'text',
  entry: 'number',
  version: 'number',
  step: 'text',
  channel: 'text',
};
const TICKS: Columns = { journey: 'text', tick: 'number', ticked_at: 'instant' };
const TABLES = { state: STATE, log: LOG, sends: SENDS, ticks: TICKS };

/** The table that a row is of, and its cells. */
const Read = z.tuple([z.string()], z.string().nullable());

/** Reads what the tables of a journey hold, by one query. */
export async function readTables(
  { warehouse, dialect, place }: Engine,
  journey: string,
): Promise<PlainTables> {
  // Names of tables have no hyphens, and ids no underscores.
  const id = journey.replaceAll('-', '_');
  const width = Math.max(...Object.values(TABLES).map((columns) => Object.keys(columns).length));
  const select = (table: keyof PlainTables, path: string): string => {
    const names = Object.keys(TABLES[table]);
    const cells = Array.from({ length: width }, (_, at) => names[at] ?? 'NULL');
    const texts = cells.map((cell) => `CAST(${cell} AS ${dialect.castTypes.text})`);
    return `SELECT '${table}', ${texts.join(', ')} FROM ${quoteTable({ ...place, table: path }, dialect)}`;
  };
  const selects = [
    select('state', `slipway_journey_state_${id}`),
    select('log', `slipway_journey_log_${id}`),
    select('sends', 'slipway_journeys_sends'),
    select('ticks', 'slipway_journeys_ticks'),
  ];
  const { rows } = await warehouse.query({ text: selects.join(' UNION ALL '), values: {}, columns: [] });
  const read = rows.map((row) => Read.parse(row));
  const rowsOf = (table: keyof PlainTables): PlainRow[] =>
    read.filter(([name]) => name === table).map(([, ...cells]) => readRow(cells, TABLES[table]));
  return inOrder({
    state: rowsOf('state'),
    log: rowsOf('log'),
    sends: rowsOf('sends'),
    ticks: rowsOf('ticks'),
  });
}

/** The tables of the reference, as those of an engine are read. */
export function plainTables(tables: ReferenceTables): PlainTables {
  return inOrder({
    state: tables.state.map(plainRow),
    log: tables.log.map(plainRow),
    sends: tables.sends.map(plainRow),
    ticks: tables.ticks.map(plainRow),
  });
}

function plainRow(row: object): PlainRow {
  return PlainRow.parse(row);
}

function readRow(cells: readonly (string | null)[], columns: Columns): PlainRow {
  const names = Object.entries(columns);
  return Object.fromEntries(names.map(([name, kind], at) => [name, readCell(cells[at] ?? null, kind)]));
}

function readCell(cell: string | null, kind: Kind): string | number | null {
  if (cell === null) return null;
  if (kind === 'number') return Number(cell);
  return kind === 'instant' ? readInstant(cell) : cell;
}

const LOG_KEYS = ['tick', 'customer_id', 'entry', 'place'];

function inOrder({ state, log, sends, ticks }: PlainTables): PlainTables {
  return {
    state: sortBy(state, ['customer_id']),
    log: countPlaces(sortBy(log, LOG_KEYS)),
    sends: sortBy(sends, ['journey', 'tick', 'customer_id', 'entry', 'step']),
    ticks: sortBy(ticks, ['journey', 'tick']),
  };
}

/** The places have no meaning but their order, which has to be that of things at different places. */
function countPlaces(log: readonly PlainRow[]): PlainRow[] {
  let count = 0;
  return log.map((row, at) => {
    const last = log[at - 1];
    const isSame =
      last !== undefined && ['tick', 'customer_id', 'entry'].every((key) => last[key] === row[key]);
    count = isSame ? count + 1 : 0;
    return isSame && last['place'] === row['place'] ? { ...row, place: 'twice' } : { ...row, place: count };
  });
}

function sortBy(rows: readonly PlainRow[], keys: readonly string[]): PlainRow[] {
  return rows.toSorted((left, right) => {
    const key = keys.find((each) => left[each] !== right[each]);
    if (key === undefined) return 0;
    return (left[key] ?? '') < (right[key] ?? '') ? -1 : 1;
  });
}
