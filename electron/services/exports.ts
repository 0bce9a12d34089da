import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { AppError, throwIfCancelled } from '../domain/app-error.ts';
import type { OutputColumn } from '../domain/audience.ts';
import type { ExportRun, FileFormat } from '../domain/run.ts';
import type { CompiledQuery } from '../sql/index.ts';
import type { ActOptions } from '../warehouses/warehouse.ts';
import type { ServiceContext } from './context.ts';
import {
  type ExportTarget,
  checkTarget,
  discardTarget,
  explainWriteFailure,
  finishTarget,
  planTarget,
  writeTarget,
} from './export-target.ts';
import { requireAudience } from './find-definitions.ts';
import type { Members } from './members.ts';
import type { ModelRunner, ReadyModel } from './model-runner.ts';
import { toAppError } from './to-app-error.ts';

/** What is exported, and where to. */
export interface ExportRequest {
  readonly connectionId: string;
  readonly audienceId: string;
  readonly path: string;
  readonly format: FileFormat;
  readonly columns: readonly OutputColumn[];
  readonly overwrite: boolean;
}

/** Exports by hand: one audience to one file, with a run in the ledger. */
export function createExports(context: ServiceContext, runner: ModelRunner, members: Members) {
  const { store, clock, user } = context;

  const end = (run: ExportRun, changes: Partial<ExportRun>): ExportRun => {
    const ended = { ...run, ...changes, endedAt: clock() };
    store.saveRun(ended);
    return ended;
  };

  const write = async (
    run: ExportRun,
    query: CompiledQuery,
    target: ExportTarget,
    overwrite: boolean,
    { warehouse, options }: ReadyModel,
  ): Promise<ExportRun> => {
    try {
      const tags = { run: run.id, audience: run.audienceId };
      const tagged = { ...options, tags };
      const { written, bytes, sha256 } = await writeTarget(
        target,
        () => warehouse.exportFile(query, target.partPath, run.target.format, tagged),
        options.signal,
      );
      const { rows, statementId } = written;
      options.onProgress?.({ text: 'Moving the file to its name', rows });
      throwIfCancelled(options.signal);
      // Before the file is at its name: what left is in the ledger, whatever comes after.
      store.appendEgress({
        at: clock(),
        who: user,
        runId: run.id,
        what: 'export',
        part: basename(target.path),
        destination: dirname(target.path),
        columns: run.columns,
        recipes: [],
        rows,
        bytes,
        digest: sha256,
        ...(statementId === undefined ? {} : { statementId }),
      });
      await finishTarget(target, overwrite);
      return end(run, {
        status: 'succeeded',
        rows,
        bytes,
        digest: sha256,
        ...(statementId === undefined ? {} : { statementId }),
      });
    } catch (error) {
      await discardTarget(target);
      const failure = toAppError(await explainWriteFailure(error, target));
      if (failure.code === 'CANCELLED') end(run, { status: 'cancelled' });
      else {
        const statementId = failure.details?.['statementId'];
        const named = typeof statementId === 'string' ? { statementId } : {};
        end(run, { status: 'failed', error: failure.toShape(), ...named });
      }
      throw failure;
    }
  };

  return {
    /**
     * Writes an audience to a file. The file appears whole or not at all; the run in the ledger says which.
     * @throws AppError TARGET_UNWRITABLE, CANCELLED, and what {@link ModelRunner.run} throws
     */
    async run(request: ExportRequest, options: ActOptions): Promise<ExportRun> {
      const { connectionId, audienceId, columns, format } = request;
      const prepare = () => {
        const { audience } = requireAudience(store, connectionId, audienceId);
        return { audience, compile: members.prepareExport(connectionId, { rule: audience.rule, columns }) };
      };
      // A rule that cannot run is refused first of all; what runs is read anew, in one moment with the model that is then verified.
      prepare();
      await checkTarget(request.path, request.overwrite);
      const id = randomUUID();
      const target = planTarget(request.path, id);
      const { audience, compile } = prepare();
      return runner.run(connectionId, options, async (ready) => {
        // The one statement that is both recorded and sent: definitions may change while it runs.
        const query = compile(ready.asOf);
        const run: ExportRun = {
          id,
          kind: 'export',
          connectionId,
          audienceId,
          audienceName: audience.name,
          startedBy: user,
          startedAt: clock(),
          status: 'running',
          asOf: ready.asOf,
          sql: query.text,
          target: { path: target.path, format },
          columns: query.columns.map((column) => column.name),
        };
        store.saveRun(run);
        ready.options.onProgress?.({ text: 'Writing the file' });
        return write(run, query, target, request.overwrite, ready);
      });
    },

    /** Ends the exports that a crash left running and removes their partial files. Called once, when the engine starts. */
    async endLeftovers(): Promise<void> {
      for (const run of store.listUnfinishedRuns()) {
        if (run.kind !== 'export') continue;
        await discardTarget(planTarget(run.target.path, run.id)).catch(() => {
          // A folder that is gone or locked holds the file; the run is over all the same.
        });
        const failure = new AppError({
          code: 'INTERNAL',
          message: 'Slipway ended while this export ran. No file was left.',
          help: 'Export the audience again.',
          retry: 'later',
        });
        end(run, { status: 'failed', error: failure.toShape() });
      }
    },
  };
}
