import type { TablePath } from '../domain/table-path.ts';
import type { CompiledQuery } from './compiled-query.ts';
import { StatementWriter } from './statement-writer.ts';

/** The tables of one journey in the schema for state; `sends` and `ticks` are those of all journeys there. */
export interface JourneyTables {
  readonly state: TablePath;
  readonly log: TablePath;
  readonly moves: TablePath;
  readonly sends: TablePath;
  readonly ticks: TablePath;
}

/** Names the tables of a journey: the same on every computer. */
export function nameJourneyTables(
  { catalog, schema }: { readonly catalog: string; readonly schema: string },
  journeyId: string,
): JourneyTables {
  const table = (name: string): TablePath => ({ catalog, schema, table: `slipway_${name}` });
  const id = journeyId.replaceAll('-', '_');
  return {
    state: table(`journey_state_${id}`),
    log: table(`journey_log_${id}`),
    moves: table(`journey_moves_${id}`),
    sends: table('journeys_sends'),
    ticks: table('journeys_ticks'),
  };
}

type ColumnKind = 'text' | 'bigint' | 'timestamp';

const STATE: Readonly<Record<string, ColumnKind>> = {
  customer_id: 'text',
  entry: 'bigint',
  version: 'bigint',
  step: 'text',
  since: 'timestamp',
  due_at: 'timestamp',
  entered_at: 'timestamp',
  goal_at: 'timestamp',
  ended_at: 'timestamp',
  ended_why: 'text',
  tick: 'bigint',
};

const LOG: Readonly<Record<string, ColumnKind>> = {
  tick: 'bigint',
  occurred_at: 'timestamp',
  customer_id: 'text',
  entry: 'bigint',
  place: 'bigint',
  kind: 'text',
  version: 'bigint',
  step: 'text',
  way: 'text',
  next_step: 'text',
  reason: 'text',
};

const SENDS: Readonly<Record<string, ColumnKind>> = {
  journey: 'text',
  tick: 'bigint',
  sent_at: 'timestamp',
  customer_id: 'text',
  entry: 'bigint',
  version: 'bigint',
  step: 'text',
  channel: 'text',
};

const TICKS: Readonly<Record<string, ColumnKind>> = {
  journey: 'text',
  tick: 'bigint',
  ticked_at: 'timestamp',
  entries: 'bigint',
  fingerprint: 'text',
};

/** Columns by table, in their order, of the tables that stay. */
export const JOURNEY_COLUMNS = { state: STATE, log: LOG, sends: SENDS, ticks: TICKS } as const;

/** Writes statements over the tables of a journey. */
export class JourneyWriter extends StatementWriter<JourneyTables> {
  /** Makes the tables that are not there. */
  createAll(): CompiledQuery[] {
    const { castTypes } = this.dialect;
    return (['state', 'log', 'sends', 'ticks'] as const).map((table) => {
      const columns = Object.entries(JOURNEY_COLUMNS[table]).map(
        ([name, kind]) => [name, castTypes[kind]] as const,
      );
      return this.create(table, Object.fromEntries(columns));
    });
  }
}
