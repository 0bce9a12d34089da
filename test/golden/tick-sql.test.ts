import { describe, expect, it } from 'vitest';
import { JourneyDefinition, type JourneyVersion } from '../../electron/domain/journey.ts';
import { JourneyState } from '../../electron/journeys/journey-state.ts';
import { sampleModel } from '../../electron/sample/sample-model.ts';
import type { CompiledQuery, Dialect } from '../../electron/sql/index.ts';
import { databricksDialect } from '../../electron/warehouses/databricks-dialect.ts';
import { duckdbDialect } from '../../electron/warehouses/duckdb-dialect.ts';
import type { OpenWarehouse } from '../../electron/warehouses/warehouse.ts';
import { goldenAudience } from './golden-rules.ts';
import { showQuery } from './show-query.ts';

const audiences = ['bundle-target', 'emailable', 'high-bread', 'nobody', 'paid-media'].map(goldenAudience);
const activation = {
  destination: 'there',
  mode: 'add',
  target: {},
  fields: [{ to: 'id', from: { kind: 'customer-id' } }],
  consent: { entity: 'customer', column: 'email_consent' },
  guards: { maxRejected: 1, maxChange: 1 },
};
/** A journey with each kind of step, and each rule that a tick has to hold. */
const definition = JourneyDefinition.parse({
  steps: [
    { kind: 'entry', id: 'entry', audience: 'bundle-target', next: 'reach' },
    {
      kind: 'audience-split',
      id: 'reach',
      branches: [
        { id: 'mail', name: 'Mail', audience: 'emailable', next: 'newsletter' },
        { id: 'paid', name: 'Paid', audience: 'paid-media', next: 'deal' },
      ],
      others: { next: 'done' },
    },
    { kind: 'activate', id: 'newsletter', activation, next: 'pause' },
    {
      kind: 'random-split',
      id: 'deal',
      branches: [
        { id: 'a', name: 'A', next: 'pause' },
        { id: 'b', name: 'B', next: 'bought' },
      ],
      holdOut: 10,
    },
    { kind: 'wait', id: 'pause', wait: { for: { amount: 3, unit: 'days' } }, next: 'bought' },
    {
      kind: 'wait-until',
      id: 'bought',
      until: { kind: 'event', entity: 'transactions' },
      limit: { amount: 7, unit: 'days' },
      met: { next: 'done' },
      timeout: { next: 'newsletter' },
    },
    { kind: 'exit', id: 'done' },
  ],
  reentry: { kind: 'after', duration: { amount: 30, unit: 'days' } },
  exits: ['nobody'],
  goal: { audience: 'high-bread', within: { amount: 14, unit: 'days' }, leaves: true },
  suppress: ['paid-media'],
  caps: [{ channel: 'email', sends: 2, per: { amount: 7, unit: 'days' } }],
});
const versions: JourneyVersion[] = [
  { number: 1, publishedAt: '2026-10-01T00:00:00.000Z', inside: 'keep', definition, audiences: {} },
  { number: 2, publishedAt: '2026-10-20T00:00:00.000Z', inside: 'move', definition, audiences: {} },
];

describe.each([duckdbDialect, databricksDialect])('the SQL of a tick on $name', (dialect) => {
  it('stays as it is', async () => {
    const statements = await statementsOf(dialect);
    const file = `sql/${dialect.name.toLowerCase()}/tick.sql`;
    await expect(statements.map(showQuery).join('\n')).toMatchFileSnapshot(file);
  });

  it('names no customer, and reads moves once to write its log', async () => {
    const log = (await statementsOf(dialect)).find(({ text }) => /^INSERT INTO \S+_log_/.test(text));
    // Once for what happened at each hop, and once for goals, which lie at none.
    expect(log?.text.match(/_moves_/g)).toHaveLength(2);
  });
});

/** The statements of one tick, as they are sent to the warehouse. */
async function statementsOf(dialect: Dialect): Promise<CompiledQuery[]> {
  const statements: CompiledQuery[] = [];
  const schema = { catalog: 'main', schema: 'slipway' };
  const warehouse: Partial<OpenWarehouse> = {
    state: {
      ...schema,
      execute: (statement) => {
        statements.push(statement);
        return Promise.resolve({});
      },
    },
  };
  const state = new JourneyState({
    warehouse: warehouse as OpenWarehouse,
    dialect,
    schema,
    journeyId: 'offer',
    options: {},
  });
  const tick = {
    number: 4,
    at: '2026-11-01T06:00:00.000Z',
    asOf: '2026-11-01T06:00:00.000Z',
    versions,
    definitions: { model: sampleModel(), audiences },
    channelOf: () => 'email' as const,
  };
  await state.prepare();
  await state.move(tick);
  await state.keep(tick);
  await state.forgetMoves();
  return statements;
}
