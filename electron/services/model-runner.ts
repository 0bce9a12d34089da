import { AppError } from '../domain/app-error.ts';
import type { Instant } from '../domain/duration.ts';
import { type CustomerModel, allEntities } from '../domain/model.ts';
import type { Readiness } from '../domain/readiness.ts';
import { sameTable } from '../domain/table-path.ts';
import { type Dialect, compileReadiness, readReadiness } from '../sql/index.ts';
import type { ActOptions, OpenWarehouse } from '../warehouses/warehouse.ts';
import type { ServiceContext } from './context.ts';
import { findModelTables, requireConnection, requireKind, requireModel } from './find-definitions.ts';
import { findDrift, verifyModel } from './model-drift.ts';
import { raceAbort } from './race-abort.ts';
import type { WarehouseSessions } from './warehouse-sessions.ts';

/** Failures that a lakehouse that moved away from the model can cause. */
const MAY_BE_DRIFT: ReadonlySet<string> = new Set([
  'QUERY_FAILED',
  'TABLE_MISSING',
  'COLUMN_MISSING',
  'COLUMN_CHANGED',
]);

/** What an act over a ready model is given. */
export interface ReadyModel {
  readonly model: CustomerModel;
  readonly dialect: Dialect;
  readonly warehouse: OpenWarehouse;
  /** The one instant that this run counts its relative windows from. */
  readonly asOf: Instant;
  readonly options: ActOptions & { readonly signal: AbortSignal };
}

/** Runs acts over customer models, once the lakehouse is known to fit them. */
export interface ModelRunner {
  /**
   * Runs an act over the connection's model. Before it, the model is compared with the lakehouse and its readiness checked, each once
   * while nothing changes; after a failure, the lakehouse is asked whether it moved.
   * @throws AppError MODEL_MISSING, MODEL_NOT_READY, TABLE_MISSING, COLUMN_MISSING, COLUMN_CHANGED
   */
  run<T>(connectionId: string, options: ActOptions, act: (ready: ReadyModel) => Promise<T>): Promise<T>;
  /** The readiness of the model, from the last check where nothing has changed since. */
  readiness(connectionId: string, options: ActOptions): Promise<Readiness>;
  /** Forgets what is known of a connection: its model, catalog or settings changed. */
  forget(connectionId: string): void;
  /** The instant that a run starting now counts from: the warehouse's pinned one, else the clock's. */
  asOf(connectionId: string): Instant;
}

interface KnownReadiness {
  readonly model: string;
  readonly answer: Promise<Readiness>;
}

/** Makes the runner of an engine. */
export function createModelRunner(context: ServiceContext, sessions: WarehouseSessions): ModelRunner {
  const { store, warehouses, clock } = context;
  const known = new Map<string, KnownReadiness>();
  /** The model that each open warehouse was compared with, as JSON. */
  const verified = new WeakMap<OpenWarehouse, string>();

  const kindOf = (connectionId: string) =>
    requireKind(warehouses, requireConnection(store, connectionId).kind);
  const asOf = (connectionId: string): Instant => kindOf(connectionId).pinnedAsOf ?? clock();

  const verifyOnce = async (ready: ReadyModel): Promise<void> => {
    const key = JSON.stringify(ready.model);
    if (verified.get(ready.warehouse) === key) return;
    await verifyModel(ready.model, ready.warehouse, ready.options);
    verified.set(ready.warehouse, key);
  };

  const readinessOf = async (connectionId: string, ready: ReadyModel): Promise<Readiness> => {
    const model = JSON.stringify(ready.model);
    for (;;) {
      let entry = known.get(connectionId);
      if (entry?.model !== model) {
        entry = { model, answer: checkReadiness(ready) };
        known.set(connectionId, entry);
      }
      try {
        return await raceAbort(entry.answer, ready.options.signal);
      } catch (error) {
        if (known.get(connectionId) === entry) known.delete(connectionId);
        // Another call began this check and was cancelled: this one begins it anew.
        const others = error instanceof AppError && error.code === 'CANCELLED';
        if (!others || ready.options.signal.aborted) throw error;
      }
    }
  };

  const onModel = <T>(
    connectionId: string,
    options: ActOptions,
    act: (ready: ReadyModel) => Promise<T>,
  ): Promise<T> => {
    const model = requireModel(store, connectionId);
    refuseKnownDrift(context, connectionId, model);
    const { dialect } = kindOf(connectionId);
    const instant = asOf(connectionId);
    return sessions.use(connectionId, options, async (warehouse, passed) => {
      const ready: ReadyModel = { model, dialect, warehouse, asOf: instant, options: passed };
      await verifyOnce(ready);
      try {
        return await act(ready);
      } catch (error) {
        if (!(error instanceof AppError) || !MAY_BE_DRIFT.has(error.code)) throw error;
        await verifyModel(model, warehouse, passed);
        throw error;
      }
    });
  };

  return {
    asOf,
    run: async (connectionId, options, act) =>
      onModel(connectionId, options, async (ready) => {
        refuseUnready(await readinessOf(connectionId, ready));
        return act(ready);
      }),
    readiness: async (connectionId, options) =>
      onModel(connectionId, options, (ready) => readinessOf(connectionId, ready)),
    forget(connectionId) {
      known.delete(connectionId);
    },
  };
}

/** A query against a table that the last reading of the catalog no longer had need not be sent. */
function refuseKnownDrift({ store }: ServiceContext, connectionId: string, model: CustomerModel): void {
  const tables = findModelTables(store, connectionId, model);
  if (tables === undefined) return;
  for (const entity of allEntities(model)) {
    const table = tables.find((each) => sameTable(each.path, entity.table));
    const drift = findDrift(entity, table?.columns);
    if (drift !== undefined) throw drift;
  }
}

async function checkReadiness({ model, dialect, warehouse, asOf, options }: ReadyModel): Promise<Readiness> {
  const asked = compileReadiness(model, dialect);
  const checks: Readiness['checks'] = [];
  for (const [at, each] of asked.entries()) {
    options.onProgress?.({ text: 'Checking the model', fraction: at / asked.length });
    const { rows } = await warehouse.query(each.query, options);
    checks.push(...readReadiness(model, each, rows[0] ?? []));
  }
  return { asOf, ready: checks.every((check) => check.status !== 'failed'), checks };
}

function refuseUnready({ ready, checks }: Readiness): void {
  if (ready) return;
  const failed = checks.filter((check) => check.status === 'failed');
  const [first] = failed;
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more failed checks)` : '';
  throw new AppError({
    code: 'MODEL_NOT_READY',
    message: `The model is not ready. ${first?.label ?? ''}: ${first?.message ?? ''}${more}`,
    help: first?.help ?? 'See the readiness checks on the Model page.',
    retry: 'after-fix',
    ...(first === undefined ? {} : { where: first.where, details: { count: first.count } }),
  });
}
