import { createAudiences } from './audiences.ts';
import { createCatalog } from './catalog.ts';
import { createConnections } from './connections.ts';
import type { ServiceContext } from './context.ts';
import { createExports } from './exports.ts';
import { createMembers } from './members.ts';
import { createModelRunner } from './model-runner.ts';
import { createModels } from './models.ts';
import { createPermissions } from './permissions.ts';
import { createRuns } from './runs.ts';
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
  return {
    status: () => readStatus(context),
    connections: createConnections({ context, sessions, runner, catalog }),
    catalog,
    permissions: createPermissions(context, sessions),
    models: createModels(context, runner),
    audiences: createAudiences(context),
    members,
    exports: createExports(context, runner, members),
    runs: createRuns(context),
    workspaces: createWorkspaces(context, sessions, runner),
    close: () => sessions.close(),
  };
}
