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

/** A row as it is compared: each value by the name of its column. */
export type PlainRow = Readonly<Record<string, string | number | null>>;

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

const Cells = z.array(z.string().nullable());

/** Reads what the tables of a journey hold. */
export async function readTables(engine: Engine, journey: string): Promise<PlainTables> {
  const read = (name: string, columns: Columns): Promise<PlainRow[]> => readTable(engine, name, columns);
  // Names of tables have no hyphens, and ids no underscores.
  const id = journey.replaceAll('-', '_');
  const [state, log, sends, ticks] = await Promise.all([
    read(`slipway_journey_state_${id}`, STATE),
    read(`slipway_journey_log_${id}`, LOG),
    read('slipway_journeys_sends', SENDS),
    read('slipway_journeys_ticks', TICKS),
  ]);
  return inOrder({ state, log, sends, ticks });
}

/** The tables of the reference, as those of an engine are read. */
export function plainTables(tables: ReferenceTables): PlainTables {
  const plain = (rows: readonly object[], columns: Columns): PlainRow[] =>
    rows.map((row) =>
      z
        .record(z.string(), z.union([z.string(), z.number(), z.null()]))
        .parse(Object.fromEntries(Object.entries(row).filter(([name]) => name in columns))),
    );
  return inOrder({
    state: plain(tables.state, STATE),
    log: plain(tables.log, LOG),
    sends: plain(tables.sends, SENDS),
    ticks: plain(tables.ticks, TICKS),
  });
}

async function readTable(
  { warehouse, dialect, place }: Engine,
  table: string,
  columns: Columns,
): Promise<PlainRow[]> {
  const names = Object.keys(columns);
  const cells = names.map((name) => `CAST(${name} AS ${dialect.castTypes.text})`).join(', ');
  const text = `SELECT ${cells} FROM ${quoteTable({ ...place, table }, dialect)}`;
  const { rows } = await warehouse.query({ text, values: {}, columns: [] });
  return rows.map((row) => {
    const values = Cells.parse(row);
    return Object.fromEntries(names.map((name, at) => [name, readCell(values[at] ?? null, columns[name])]));
  });
}

function readCell(cell: string | null, kind: Kind | undefined): string | number | null {
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
