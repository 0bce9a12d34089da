// One keystroke in the search of the catalog: the call as the page sends it, through a message port, among 10,000 tables with 500,000
// columns. Every text is typed letter by letter, the first time and again. The limit is one frame, 16 ms, for 99 of 100 keystrokes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { composeEngine } from '../../electron/compose.ts';
import { type Contract, MOST_ROWS } from '../../electron/contract/contract.ts';
import { serveEngine } from '../../electron/engine.ts';
import { benchSize, median, percentile, report, timeOf } from './support/measure.ts';
import { WIDE_CONNECTION, writeWideStore } from './support/wide-store.ts';

const LIMIT_MS = 16;
const ROUNDS = 3;
const connectionId = WIDE_CONNECTION.id;
/** Words that every table holds, that few hold, that none holds; names, columns, comments and schemas; several words; marks. */
const TYPED = [
  ...[
    'customer',
    'customer_id',
    'created_at',
    'email',
    'e-mail consent',
    'order total',
    'fct_order',
    'basket amount',
  ],
  ...[
    'household',
    'loyalty tier',
    'consent email',
    'prod.basket',
    'shipment address',
    'city country',
    'zip code',
  ],
  ...[
    'click rate',
    'campaign_id',
    'score',
    'propensity',
    'dim product name',
    'stg',
    'inventory level',
    'refund reason',
  ],
  ...[
    'sourceSystem',
    'system',
    'updated customer',
    'session started',
    'a',
    's t',
    'the amount of the order',
    'Größe',
  ],
  ...[
    'agg_payment_currency',
    'when it was last',
    'one row for each device',
    'zzzz',
    '"subscription"',
    'rank 9999',
  ],
];

const size = benchSize();
const home = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
try {
  const totals = await writeWideStore(join(home, 'slipway.db'), size);
  const engine = await composeEngine({ home, keychain: 'memory', version: '0.0.0' });
  const { port1, port2 } = new MessageChannel();
  serveEngine(port2, engine);
  port1.start();
  port2.start();
  const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port: port1 }));

  const calls: number[] = [];
  const searches: number[] = [];
  let slowest = '';
  const keystrokes = TYPED.flatMap((typed) => Array.from(typed, (_, at) => typed.slice(0, at + 1).trim()));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const text of keystrokes) {
      const time = await timeOf(() => client.catalog.search({ connectionId, text, limit: MOST_ROWS }));
      if (calls.every((each) => each < time)) slowest = text;
      calls.push(time);
      // The search by itself, to tell it from the way to it.
      searches.push(await timeOf(async () => engine.services.catalog.search(connectionId, text, MOST_ROWS)));
    }
  }
  port1.close();
  await engine.close();
  const ours = percentile(calls, 0.99);
  const inStore = { storeP99: percentile(searches, 0.99), storeWorst: percentile(searches, 1) };
  const details = {
    ...totals,
    keystrokes: calls.length,
    median: median(calls),
    worst: percentile(calls, 1),
    slowest,
  };
  report({
    bench: 'catalog',
    ratio: ours / LIMIT_MS,
    goal: 1,
    ours,
    theirs: LIMIT_MS,
    unit: 'ms',
    size,
    ...details,
    ...inStore,
  });
} finally {
  await rm(home, { recursive: true, force: true });
}
