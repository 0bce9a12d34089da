// Ticks of a journey of ten steps over everybody, against one plain scan of the same tables: everybody enters, passes, waits on, and ends.
import type { Audience } from '../../electron/domain/audience.ts';
import { type Instant, addDuration, subtractDuration } from '../../electron/domain/duration.ts';
import { JourneyDefinition, type JourneyVersion } from '../../electron/domain/journey.ts';
import type { Rule } from '../../electron/domain/rule.ts';
import type { TablePath } from '../../electron/domain/table-path.ts';
import { JourneyState } from '../../electron/journeys/journey-state.ts';
import { sampleModel } from '../../electron/sample/sample-model.ts';
import { sample } from '../../electron/warehouses/sample.ts';
import { countStatements } from '../support/journeys/count-statements.ts';
import { score } from './support/eight-conditions.ts';
import { report, timeOf } from './support/measure.ts';
import { openSample } from './support/sample-bench.ts';

const GOAL = 5;
const audience = (id: string, rule: Rule): Audience => ({ id, name: id, rule, columns: [] });
const audiences = [
  audience('everybody', { kind: 'all', rules: [] }),
  audience('bread', score('bread', 0.66)),
  audience('drinks', score('soft drinks', 0.33)),
];
const guards = { maxRejected: 1, maxChange: 1 };
const activation = {
  destination: 'there',
  mode: 'add',
  target: {},
  fields: [{ to: 'id', from: { kind: 'customer-id' } }],
  guards,
};
const definition = JourneyDefinition.parse({
  steps: [
    { kind: 'entry', id: 'entry', audience: 'everybody', next: 'taste' },
    {
      kind: 'audience-split',
      id: 'taste',
      branches: [
        { id: 'bread', name: 'Bread', audience: 'bread', next: 'mail' },
        { id: 'drinks', name: 'Drinks', audience: 'drinks', next: 'deal' },
      ],
      others: { next: 'pause' },
    },
    { kind: 'activate', id: 'mail', activation, next: 'pause' },
    {
      kind: 'random-split',
      id: 'deal',
      branches: [
        { id: 'a', name: 'A', next: 'first' },
        { id: 'b', name: 'B', next: 'second' },
      ],
      holdOut: 5,
    },
    { kind: 'activate', id: 'first', activation, next: 'pause' },
    { kind: 'activate', id: 'second', activation, next: 'pause' },
    { kind: 'wait', id: 'pause', wait: { for: { amount: 1, unit: 'days' } }, next: 'bought' },
    {
      kind: 'wait-until',
      id: 'bought',
      until: { kind: 'event', entity: 'transactions' },
      limit: { amount: 7, unit: 'days' },
      met: { next: 'done' },
      timeout: { next: 'remind' },
    },
    { kind: 'activate', id: 'remind', activation },
    { kind: 'exit', id: 'done' },
  ],
  caps: [{ channel: 'email', sends: 3, per: { amount: 30, unit: 'days' } }],
});
const versions: JourneyVersion[] = [
  { number: 1, publishedAt: '2026-01-01T00:00:00.000Z', inside: 'keep', definition, audiences: {} },
];
const { warehouse, size } = await openSample();
const statements = countStatements(warehouse);
const asked = (): number => statements.asked() + statements.written();
const asOf = sample.pinnedAsOf ?? '';
const begin = subtractDuration(asOf, { amount: 20, unit: 'days' });
const after = (days: number): Instant => addDuration(begin, { amount: days, unit: 'days' });
const schema = warehouse.state;
if (schema === undefined) throw new Error('The sample has no state.');
const journeyId = `bench-${process.pid}`;
const state = new JourneyState({
  warehouse: statements.warehouse,
  dialect: sample.dialect,
  schema,
  journeyId,
  options: {},
});
const ticks: readonly (readonly [name: string, at: Instant])[] = [
  ['all enter', begin],
  ['all pass a wait', after(1)],
  ['some had the event', after(2)],
  ['all end', after(9)],
];
const scans = [
  'SELECT max(household_key), max(email) FROM main_db.retail.households',
  'SELECT max(household_key), max(category), max(score) FROM main_db.retail.propensity_scores',
  'SELECT max(household_key), max(purchased_at) FROM main_db.retail.transactions',
];
await state.prepare();
await forgetEarlier();
let number = 0;
for (const [name, at] of ticks) {
  number += 1;
  const tick = {
    number,
    at,
    asOf,
    versions,
    definitions: { model: sampleModel(), audiences },
    channelOf: () => 'email' as const,
  };
  const before = asked();
  const ours = await timeOf(async () => {
    await state.prepare();
    await state.check(number - 1);
    await state.move(tick);
    await state.keep(tick);
    await state.forgetMoves();
  });
  const theirs = await timeOf(async () => {
    for (const text of [...scans, stateScan()]) await warehouse.query({ text, values: {}, columns: [] });
  });
  const counts = await state.counts(number);
  const rowsOf = (kinds: readonly string[]): number =>
    counts.reduce((sum, { kind, customers }) => (kinds.includes(kind) ? sum + customers : sum), 0);
  report({
    bench: `tick, ${name}`,
    ratio: ours / theirs,
    goal: GOAL,
    ours,
    theirs,
    unit: 'ms',
    size,
    statements: asked() - before,
    moved: rowsOf(['entered', 'passed', 'left']),
    sent: rowsOf(['sent']),
    notSent: rowsOf(['not-sent']),
  });
}
for (const table of [state.tables.state, state.tables.log]) await execute(`DROP TABLE ${pathOf(table)}`);
await forgetEarlier();
await warehouse.close();

/** What a run has sent counts for the caps of the next one. */
async function forgetEarlier(): Promise<void> {
  for (const table of [state.tables.sends, state.tables.ticks])
    await execute(`DELETE FROM ${pathOf(table)} WHERE journey LIKE 'bench-%'`);
}

async function execute(text: string): Promise<void> {
  await warehouse.state?.execute({ text, values: {}, columns: [] });
}

function pathOf({ catalog, schema: within, table }: TablePath): string {
  return `${catalog}.${within}.${table}`;
}

function stateScan(): string {
  return `SELECT max(customer_id), max(step), max(since), max(due_at), max(entered_at) FROM ${pathOf(state.tables.state)}`;
}
