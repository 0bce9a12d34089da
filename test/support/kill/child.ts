// A process that carries out one run or tick and may end itself by SIGKILL in the middle: `node child.ts <ChildSetup as JSON>`.
import { claimStore } from '../../../electron/store/claim-store.ts';
import { openStore } from '../../../electron/store/open-store.ts';
import type { SecretStore } from '../../../electron/keychain/secret-store.ts';
import type { Store } from '../../../electron/store/store.ts';
import { sample } from '../../../electron/warehouses/sample.ts';
import type { WarehouseKind } from '../../../electron/warehouses/warehouse.ts';
import { joinRunEngine } from '../run-engine.ts';
import { ChildSetup, type ChildMessage, EVERY_STATUS } from './protocol.ts';

/** Phases of a run's plan in which nothing more is sent. */
const ENDING = ['settling', 'clearing', 'done'];
const setup = ChildSetup.parse(JSON.parse(process.argv[2] ?? ''));

let reached = 0;
let isEnding = false;

/** Counts acts of the planned sort, and ends the process at the planned one: SIGKILL cannot be caught, nothing more of it is run. */
function reach(sort: 'store' | 'statement', when: 'before' | 'after'): void {
  const { plan } = setup;
  if (plan === undefined || (plan.at === 'end' ? !isEnding : plan.at !== sort)) return;
  if (when === 'before') reached += 1;
  if (plan.when === when && reached === plan.number) process.kill(process.pid, 'SIGKILL');
}

/** A store whose writes of a run are counted. */
function watchStore(store: Store): Store {
  const watch = <A extends unknown[], R>(write: (...parts: A) => R, ends: (...parts: A) => boolean) => {
    return (...parts: A): R => {
      isEnding ||= ends(...parts);
      reach('store', 'before');
      const result = write(...parts);
      reach('store', 'after');
      return result;
    };
  };
  const never = (): boolean => false;
  return {
    ...store,
    saveRun: watch(store.saveRun, (run) => run.endedAt !== undefined),
    saveRunState: watch(store.saveRunState, (_, { phase }) => ENDING.includes(String(phase))),
    saveBatch: watch(store.saveBatch, never),
    saveRejected: watch(store.saveRejected, never),
    saveRecipes: watch(store.saveRecipes, never),
    noteRecipesUsed: watch(store.noteRecipesUsed, never),
    appendEgress: watch(store.appendEgress, never),
    saveTick: watch(store.saveTick, ({ phase }) => phase === 'sending' || phase === 'done'),
    moveTick: watch(store.moveTick, never),
  };
}

/** A warehouse whose writing statements are counted. */
const watched: WarehouseKind = {
  ...sample,
  open: async (options) => {
    const warehouse = await sample.open(options);
    const { state } = warehouse;
    if (state === undefined) throw new Error('The sample has no state.');
    return {
      query: (...parts) => warehouse.query(...parts),
      stream: (...parts) => warehouse.stream(...parts),
      exportFile: (...parts) => warehouse.exportFile(...parts),
      test: (...parts) => warehouse.test(...parts),
      discover: (...parts) => warehouse.discover(...parts),
      describeTable: (...parts) => warehouse.describeTable(...parts),
      countRows: (...parts) => warehouse.countRows(...parts),
      close: () => warehouse.close(),
      state: {
        ...state,
        execute: async (...parts) => {
          reach('statement', 'before');
          const result = await state.execute(...parts);
          reach('statement', 'after');
          return result;
        },
      },
    };
  },
};

const secrets: SecretStore = {
  persistence: async () => ({ kind: 'session' }),
  read: async () => setup.secrets,
  write: async () => undefined,
  remove: async () => undefined,
};

function tell(message: ChildMessage): void {
  process.send?.(message);
}

const path = `${setup.home}/slipway.db`;
claimStore(path);
const store = watchStore(openStore(path));
const { home, batchRows, pace, tickAt } = setup;
const engine = joinRunEngine({ home, store, secrets, warehouses: [watched], batchRows, pace, tickAt });
const runs = engine.activationRuns;

runs.markInterrupted();
engine.journeyTicks.markInterrupted();
if (setup.journey === undefined) await liveRun(setup.connection, setup.activation);
else await liveTick(setup.connection, setup.journey);
process.disconnect();
await engine.close();
store.close();
process.exit(0);

async function liveRun(connection: string, activation: string): Promise<void> {
  // A run that was killed before its plan was kept has not begun.
  const begun = store
    .listRunsOf(connection, activation, EVERY_STATUS, 1_000)
    .filter((run) => store.findRunState(run.id) !== undefined);
  const [newest, ...others] = begun;
  const isThere = newest !== undefined && others.length >= setup.runsBefore;
  if (newest !== undefined && isThere && newest.status === 'interrupted') runs.resume(newest.id);
  const { id } = isThere ? newest : runs.start(connection, activation, { startedFrom: 'app' });
  tell({ kind: 'begun', run: id });
  const run = await runs.wait(id);
  tell({ kind: 'ended', run: run.id, status: run.status, error: run.error?.message });
}

async function liveTick(connection: string, journey: string): Promise<void> {
  const { journeyTicks } = engine;
  const last = store.findLastTick(connection, journey);
  const isOver = last !== undefined && last.number > setup.runsBefore && last.status === 'done';
  const { id } = isOver ? last : journeyTicks.start(connection, journey, 'app');
  tell({ kind: 'begun', run: id });
  const tick = await journeyTicks.wait(connection, journey);
  if (tick === undefined) throw new Error('The tick is not there.');
  tell({ kind: 'ended', run: tick.id, status: tick.status, error: tick.error?.message });
}
