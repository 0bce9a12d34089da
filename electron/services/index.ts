import { createActivationRuns } from './activation-runs.ts';
import { createActivations } from './activations.ts';
import { createAudiences } from './audiences.ts';
import { createCatalog } from './catalog.ts';
import { createConnections } from './connections.ts';
import type { ServiceContext } from './context.ts';
import { createCustomerLookup } from './customer-lookup.ts';
import { createDestinations } from './destinations.ts';
import { createDryRuns } from './dry-runs.ts';
import { createExports } from './exports.ts';
import { createJourneyResults } from './journey-results.ts';
import { createJourneyTicks } from './journey-ticks.ts';
import { createJourneys } from './journeys.ts';
import { createLedger } from './ledger.ts';
import { createMembers } from './members.ts';
import { createModelRunner } from './model-runner.ts';
import { createModels } from './models.ts';
import { createPermissions } from './permissions.ts';
import { createProfileApis } from './profile-apis.ts';
import { createRuns } from './runs.ts';
import { createSchedules } from './schedules.ts';
import { readStatus } from './status.ts';
import { createWarehouseSessions } from './warehouse-sessions.ts';
import { createWorkspaces } from './workspaces.ts';

export type { ActOptions, Progress } from '../warehouses/warehouse.ts';
export type { ServiceContext } from './context.ts';
export { toAppError } from './to-app-error.ts';

export type Services = ReturnType<typeof createServices>;

/** Joins all services over one context. `close` cancels running acts and closes the warehouses; the store stays open. */
export function createServices(context: ServiceContext) {
  const sessions = createWarehouseSessions(context);
  const runner = createModelRunner(context, sessions);
  const catalog = createCatalog(context, sessions, runner);
  const members = createMembers(context, runner);
  const activations = createActivations(context, members);
  const activationRuns = createActivationRuns({ context, runner, activations });
  const journeys = createJourneys(context, runner, activations);
  const journeyTicks = createJourneyTicks({ context, runner, activations, runs: activationRuns, journeys });
  const journeyResults = createJourneyResults(context, runner, journeys);
  const profileApis = createProfileApis(context, runner);
  const schedules = createSchedules(context, activationRuns, journeyTicks);
  return {
    status: () => readStatus(context),
    connections: createConnections({ context, sessions, runner, catalog, profileApis }),
    catalog,
    permissions: createPermissions(context, sessions),
    models: createModels(context, runner),
    audiences: createAudiences(context),
    members,
    exports: createExports(context, runner, members),
    destinations: createDestinations(context),
    activations,
    activationRuns,
    dryRuns: createDryRuns(context, runner, activations),
    journeys,
    journeyTicks,
    journeyResults,
    profileApis,
    customers: createCustomerLookup(context, runner, journeyResults),
    schedules,
    ledger: createLedger(context),
    runs: createRuns(context),
    workspaces: createWorkspaces(context, sessions, runner, profileApis),
    close: async () => {
      schedules.stop();
      await Promise.all([journeyTicks.close(), activationRuns.close(), profileApis.close()]);
      await sessions.close();
    },
  };
}
