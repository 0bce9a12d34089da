import { implement } from '@orpc/server';
import { contract, MOST_ROWS, type TestEvent } from '../contract/contract.ts';
import type { ActOptions, Progress, Services } from '../services/index.ts';
import { streamEvents } from './event-queue.ts';
import { toRpcError } from './rpc-error.ts';

type ProgressEvent = { kind: 'progress' } & Progress;
type Reported<Result> = ProgressEvent | { kind: 'done'; result: Result };

const options = (signal: AbortSignal | undefined): ActOptions => (signal === undefined ? {} : { signal });

/** Runs an act that reports how far it is; its last event carries the result. */
async function* withProgress<Result>(
  signal: AbortSignal | undefined,
  act: (options: ActOptions) => Promise<Result>,
): AsyncGenerator<Reported<Result>, void> {
  try {
    yield* streamEvents<Reported<Result>>(async (report, inner) => {
      const result = await act({
        signal: inner,
        onProgress: (progress) => report({ kind: 'progress', ...progress }),
      });
      return { kind: 'done', result };
    }, signal);
  } catch (error) {
    throw toRpcError(error);
  }
}

/** Walks a test and tells its steps as they happen. */
async function* withSteps(
  signal: AbortSignal | undefined,
  walk: (report: (event: TestEvent) => void, options: ActOptions) => Promise<void>,
): AsyncGenerator<TestEvent, void> {
  try {
    yield* streamEvents<TestEvent>(async (report, inner) => {
      await walk(report, { signal: inner });
      return { kind: 'done' };
    }, signal);
  } catch (error) {
    throw toRpcError(error);
  }
}

/** The contract, answered by the services. */
export function createRouter(services: Services) {
  const { connections, catalog, permissions, models, audiences, members, exports, runs, workspaces } =
    services;
  const { destinations, activations, activationRuns, dryRuns, ledger } = services;
  const { journeys, journeyTicks, journeyResults, profileApis, customers } = services;
  const os = implement(contract).use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw toRpcError(error);
    }
  });
  return os.router({
    app: { status: os.app.status.handler(() => services.status()) },
    connections: {
      kinds: os.connections.kinds.handler(() => connections.kinds()),
      list: os.connections.list.handler(() => connections.list()),
      save: os.connections.save.handler(({ input }) => connections.save(input)),
      remove: os.connections.remove.handler(async ({ input }) => {
        await connections.remove(input.connectionId);
        return {};
      }),
      test: os.connections.test.handler(({ input, signal }) =>
        withSteps(signal, (report, act) => connections.test(input, report, act)),
      ),
      addSample: os.connections.addSample.handler(({ signal }) => connections.addSample(options(signal))),
    },
    catalog: {
      refresh: os.catalog.refresh.handler(({ input, signal }) =>
        withProgress(signal, (act) => catalog.refresh(input.connectionId, act)),
      ),
      schemas: os.catalog.schemas.handler(({ input }) => catalog.schemas(input.connectionId)),
      tables: os.catalog.tables.handler(({ input: { connectionId, after, ...page } }) =>
        catalog.tables(connectionId, { ...page, ...(after === undefined ? {} : { after }) }),
      ),
      search: os.catalog.search.handler(({ input }) =>
        catalog.search(input.connectionId, input.text, input.limit),
      ),
      table: os.catalog.table.handler(({ input }) => catalog.table(input.connectionId, input.path)),
      changes: os.catalog.changes.handler(({ input }) => catalog.changes(input.connectionId, MOST_ROWS)),
      dismissChanges: os.catalog.dismissChanges.handler(({ input }) => {
        catalog.dismissChanges(input.connectionId, input.ids);
        return {};
      }),
      readSize: os.catalog.readSize.handler(({ input, signal }) =>
        catalog.readSize(input.connectionId, input.path, options(signal)),
      ),
      countRows: os.catalog.countRows.handler(({ input, signal }) =>
        catalog.countRows(input.connectionId, input.path, options(signal)),
      ),
    },
    permissions: {
      outline: os.permissions.outline.handler(({ input }) => permissions.outline(input.connectionId)),
      script: os.permissions.script.handler(({ input }) =>
        permissions.script(input.connectionId, input.request),
      ),
      saveScript: os.permissions.saveScript.handler(async ({ input }) => {
        await permissions.saveScript(input.connectionId, input.request, input.path);
        return {};
      }),
      check: os.permissions.check.handler(({ input, signal }) =>
        withProgress(signal, (act) => permissions.check(input.connectionId, input.request, act)),
      ),
    },
    model: {
      get: os.model.get.handler(({ input }) => models.get(input.connectionId)),
      save: os.model.save.handler(({ input }) => models.save(input.connectionId, input.model)),
      suggest: os.model.suggest.handler(({ input }) =>
        models.suggest(input.connectionId, input.table, input.idColumn),
      ),
      readiness: os.model.readiness.handler(({ input, signal }) =>
        models.readiness(input.connectionId, options(signal)),
      ),
      viewSql: os.model.viewSql.handler(({ input }) => models.viewSql(input.connectionId)),
    },
    audiences: {
      list: os.audiences.list.handler(({ input }) => audiences.list(input.connectionId)),
      get: os.audiences.get.handler(({ input }) => audiences.get(input.connectionId, input.audienceId)),
      save: os.audiences.save.handler(({ input: { connectionId, ...form } }) =>
        audiences.save(connectionId, form),
      ),
      duplicate: os.audiences.duplicate.handler(({ input }) =>
        audiences.duplicate(input.connectionId, input.audienceId),
      ),
      rename: os.audiences.rename.handler(({ input }) =>
        audiences.rename(input.connectionId, input.audienceId, input.name),
      ),
      remove: os.audiences.remove.handler(({ input }) => {
        audiences.remove(input.connectionId, input.audienceId);
        return {};
      }),
      histogram: os.audiences.histogram.handler(({ input, signal }) =>
        members.histogram(input.connectionId, input.rules, options(signal)),
      ),
      preview: os.audiences.preview.handler(({ input: { connectionId, ...request }, signal }) =>
        members.preview(connectionId, request, options(signal)),
      ),
      sql: os.audiences.sql.handler(({ input: { connectionId, ...request } }) =>
        members.sql(connectionId, request),
      ),
      columnValues: os.audiences.columnValues.handler(({ input, signal }) =>
        members.columnValues(input.connectionId, input.entity, input.column, options(signal)),
      ),
    },
    exports: {
      run: os.exports.run.handler(({ input, signal }) =>
        withProgress(signal, (act) => exports.run(input, act)),
      ),
    },
    destinations: {
      kinds: os.destinations.kinds.handler(() => destinations.kinds()),
      describe: os.destinations.describe.handler(({ input }) =>
        destinations.describe(input.destinationId, input.target),
      ),
      list: os.destinations.list.handler(() => destinations.list()),
      save: os.destinations.save.handler(({ input }) => destinations.save(input)),
      remove: os.destinations.remove.handler(async ({ input }) => {
        await destinations.remove(input.destinationId);
        return {};
      }),
      test: os.destinations.test.handler(({ input, signal }) =>
        withSteps(signal, (report, act) => destinations.test(input, report, act)),
      ),
    },
    activations: {
      list: os.activations.list.handler(({ input }) => activations.list(input.connectionId)),
      get: os.activations.get.handler(({ input }) => activations.get(input.connectionId, input.activationId)),
      save: os.activations.save.handler(({ input }) => activations.save(input.connectionId, input.form)),
      remove: os.activations.remove.handler(({ input }) => {
        activations.remove(input.connectionId, input.activationId);
        return {};
      }),
      suggest: os.activations.suggest.handler(({ input }) =>
        activations.suggest(input.connectionId, input.audienceId, input.destinationId),
      ),
      check: os.activations.check.handler(({ input }) => activations.check(input.connectionId, input.form)),
      preview: os.activations.preview.handler(({ input, signal }) =>
        activations.preview(input.connectionId, input.form, options(signal)),
      ),
      abilities: os.activations.abilities.handler(({ input }) => activations.abilities(input.connectionId)),
      dryRun: os.activations.dryRun.handler(({ input, signal }) =>
        withProgress(signal, (act) => dryRuns.dryRun(input.connectionId, input.form, act)),
      ),
      run: os.activations.run.handler(({ input }) =>
        activationRuns.start(input.connectionId, input.activationId, { startedFrom: 'app' }),
      ),
      resume: os.activations.resume.handler(({ input }) => activationRuns.resume(input.runId)),
      approve: os.activations.approve.handler(({ input }) => activationRuns.approve(input.runId)),
      cancel: os.activations.cancel.handler(({ input }) => activationRuns.cancel(input.runId)),
      retryRejected: os.activations.retryRejected.handler(({ input }) =>
        activationRuns.retryRejected(input.runId),
      ),
    },
    journeys: {
      list: os.journeys.list.handler(({ input }) => journeys.list(input.connectionId)),
      get: os.journeys.get.handler(({ input }) => journeys.get(input.connectionId, input.journeyId)),
      save: os.journeys.save.handler(({ input }) => journeys.save(input.connectionId, input.form)),
      duplicate: os.journeys.duplicate.handler(({ input }) =>
        journeys.duplicate(input.connectionId, input.journeyId),
      ),
      remove: os.journeys.remove.handler(({ input }) => {
        journeys.remove(input.connectionId, input.journeyId);
        return {};
      }),
      check: os.journeys.check.handler(({ input }) => journeys.check(input.connectionId, input.form)),
      counts: os.journeys.counts.handler(({ input, signal }) =>
        journeys.counts(input.connectionId, input.form, options(signal)),
      ),
      sql: os.journeys.sql.handler(({ input }) => journeys.sql(input.connectionId, input.form)),
      publish: os.journeys.publish.handler(({ input }) =>
        journeys.publish(input.connectionId, input.journeyId, input.inside),
      ),
      pause: os.journeys.pause.handler(({ input }) => journeys.pause(input.connectionId, input.journeyId)),
      resume: os.journeys.resume.handler(({ input }) => journeys.resume(input.connectionId, input.journeyId)),
      stop: os.journeys.stop.handler(({ input, signal }) =>
        withProgress(signal, (act) => journeyResults.stop(input.connectionId, input.journeyId, act)),
      ),
      tick: os.journeys.tick.handler(({ input }) =>
        journeyTicks.start(input.connectionId, input.journeyId, 'app'),
      ),
      progress: os.journeys.progress.handler(({ input }) =>
        journeyTicks.progress(input.connectionId, input.journeyId),
      ),
      ticks: os.journeys.ticks.handler(({ input }) =>
        journeyTicks.list(input.connectionId, input.journeyId, input.before, input.limit),
      ),
      results: os.journeys.results.handler(({ input, signal }) =>
        withProgress(signal, (act) => journeyResults.results(input.connectionId, input.journeyId, act)),
      ),
      trace: os.journeys.trace.handler(({ input, signal }) =>
        journeyResults.trace(input.connectionId, input.journeyId, input.customerId, options(signal)),
      ),
      acceptState: os.journeys.acceptState.handler(({ input, signal }) =>
        withProgress(signal, async (act) => {
          await journeyResults.acceptState(input.connectionId, input.journeyId, act);
          return {};
        }),
      ),
    },
    profiles: {
      get: os.profiles.get.handler(({ input }) => profileApis.view(input.connectionId)),
      state: os.profiles.state.handler(({ input }) => profileApis.state(input.connectionId)),
      save: os.profiles.save.handler(({ input }) => profileApis.save(input.connectionId, input)),
      check: os.profiles.check.handler(({ input }) => profileApis.check(input.connectionId, input.form)),
      addKey: os.profiles.addKey.handler(({ input }) => profileApis.addKey(input.connectionId, input)),
      revokeKey: os.profiles.revokeKey.handler(({ input }) =>
        profileApis.revokeKey(input.connectionId, input.keyId),
      ),
      turnOn: os.profiles.turnOn.handler(({ input }) => profileApis.turnOn(input.connectionId)),
      turnOff: os.profiles.turnOff.handler(async ({ input }) => {
        await profileApis.turnOff(input.connectionId);
        return {};
      }),
      refresh: os.profiles.refresh.handler(async ({ input }) => {
        await profileApis.refresh(input.connectionId);
        return {};
      }),
      reads: os.profiles.reads.handler(({ input }) => profileApis.reads(input.connectionId)),
      lookUp: os.profiles.lookUp.handler(({ input, signal }) =>
        customers.lookUp(input.connectionId, input, options(signal)),
      ),
    },
    ledger: {
      list: os.ledger.list.handler(({ input }) => ledger.list(input.before, input.limit)),
      verify: os.ledger.verify.handler(() => ledger.verify()),
      export: os.ledger.export.handler(({ input }) => ledger.export(input.path, input.overwrite)),
    },
    runs: {
      progress: os.runs.progress.handler(({ input }) => activationRuns.progress(input.id)),
      batches: os.runs.batches.handler(({ input }) => runs.batches(input.runId, input.after, input.limit)),
      rejected: os.runs.rejected.handler(({ input }) => runs.rejected(input.runId, input.after, input.limit)),
      list: os.runs.list.handler(({ input }) => runs.list(input.limit)),
      get: os.runs.get.handler(({ input }) => runs.get(input.id)),
    },
    workspace: {
      export: os.workspace.export.handler(() => workspaces.export()),
      import: os.workspace.import.handler(({ input }) => workspaces.import(input.text, input.checkOnly)),
    },
  });
}

export type Router = ReturnType<typeof createRouter>;
