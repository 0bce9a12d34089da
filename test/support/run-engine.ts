// An engine for runs whose batches are small and that tries again quickly, joined of the app's own services.
import type { DestinationKind } from '../../electron/destinations/destination.ts';
import { DESTINATIONS } from '../../electron/destinations/index.ts';
import type { Pace } from '../../electron/activation/pace.ts';
import type { SecretStore } from '../../electron/keychain/secret-store.ts';
import { openApi } from '../../electron/profile-api/open-api.ts';
import { PROFILE_STORES } from '../../electron/profile-api/stores.ts';
import { sampleModel } from '../../electron/sample/sample-model.ts';
import { createActivationRuns } from '../../electron/services/activation-runs.ts';
import { createActivations } from '../../electron/services/activations.ts';
import type { ServiceContext } from '../../electron/services/context.ts';
import { createJourneyTicks } from '../../electron/services/journey-ticks.ts';
import { createJourneys } from '../../electron/services/journeys.ts';
import { createMembers } from '../../electron/services/members.ts';
import { createModelRunner } from '../../electron/services/model-runner.ts';
import { createWarehouseSessions } from '../../electron/services/warehouse-sessions.ts';
import type { Store } from '../../electron/store/store.ts';
import { sample } from '../../electron/warehouses/sample.ts';
import type { WarehouseKind } from '../../electron/warehouses/warehouse.ts';

/** What an engine of runs is made of. */
export interface RunEngineParts {
  readonly home: string;
  readonly store: Store;
  readonly secrets: SecretStore;
  readonly warehouses: readonly WarehouseKind[];
  /** Rows of a batch; those of the kinds where it is absent. */
  readonly batchRows: number | undefined;
  readonly pace: Pace;
  /** The instant that ticks of journeys take it to be; the clock's where absent. Runs go by the clock. */
  readonly tickAt?: string | undefined;
}

/** Joins the services that runs need. The store stays open when the engine closes. */
export function joinRunEngine({ home, store, secrets, warehouses, batchRows, pace, tickAt }: RunEngineParts) {
  const context: ServiceContext = {
    store,
    secrets,
    warehouses,
    destinations: DESTINATIONS.map((kind) => hasten(kind, batchRows)),
    profileApi: { open: openApi, stores: PROFILE_STORES },
    sample: { kind: sample.kind, label: sample.label, model: sampleModel() },
    clock: () => new Date().toISOString(),
    home,
    user: 'tester',
    version: '0.0.0',
  };
  const sessions = createWarehouseSessions(context);
  const runner = createModelRunner(context, sessions);
  const activations = createActivations(context, createMembers(context, runner));
  const activationRuns = createActivationRuns({ context, runner, activations, pace });
  const ticking = tickAt === undefined ? context : { ...context, clock: () => tickAt };
  const journeys = createJourneys(ticking, runner, activations);
  const journeyTicks = createJourneyTicks({
    context: ticking,
    runner,
    activations,
    runs: activationRuns,
    journeys,
  });
  return {
    context,
    journeys,
    journeyTicks,
    sessions,
    runner,
    activations,
    activationRuns,
    close: async (): Promise<void> => {
      await Promise.all([journeyTicks.close(), activationRuns.close()]);
      await sessions.close();
    },
  };
}

/** A kind with batches of so many rows that are not spaced. */
function hasten(kind: DestinationKind, batchRows: number | undefined): DestinationKind {
  const { delivery } = kind;
  if (delivery.by === 'files') return kind;
  const limits: typeof delivery.limits = (...parts) => {
    const { requestsPerSecond: _, ...own } = delivery.limits(...parts);
    return { ...own, rows: batchRows ?? own.rows };
  };
  return { ...kind, delivery: { ...delivery, limits } };
}
