import { createRouterClient, implement } from '@orpc/server';
import type { Component } from 'svelte';
import { onTestFinished } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { contract } from '../../../electron/contract/contract.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import type { ChainedEntry, LedgerCheck } from '../../../electron/domain/egress.ts';
import type { ActivationRun, RejectedRow, Run, RunBatch } from '../../../electron/domain/run.ts';
import type { Engine } from '../../../renderer/shell/engine.ts';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { makeCannedEngine } from './canned-engine.ts';
import { SAMPLE, WORKSPACE } from './canned-lakehouse.ts';
import { makeActivationRun } from './canned-runs.ts';
import Harness from './Harness.svelte';

/** What the engine of run tests knows; a test changes it as a run would. */
export type RunsState = {
  /** The newest first. */
  runs: Run[];
  batches: RunBatch[];
  rejected: RejectedRow[];
  ledger: ChainedEntry[];
  check: LedgerCheck;
  /** Files that are there already. */
  files: string[];
  /** How far each run is that goes on. */
  progress: { handled: number; total: number; rowsPerSecond?: number; secondsLeft?: number; text?: string };
  /** Calls in their order: `progress run-1`. */
  readonly calls: string[];
  /** Where given, every act on a run fails with it. */
  refusal?: AppErrorShape;
};

const EMPTY: RunsState = {
  runs: [],
  batches: [],
  rejected: [],
  ledger: [],
  check: { entries: 0, head: '' },
  files: [],
  progress: { handled: 0, total: 0 },
  calls: [],
};

const REASON_SEPARATOR = '\n';

function refuse(code: AppErrorShape['code'], message: string, details?: AppErrorShape['details']) {
  const shape = { code, message, help: 'Change it.', retry: 'after-fix' as const };
  return { data: details === undefined ? shape : { ...shape, details } };
}

function countReasons(rows: readonly RejectedRow[]) {
  const counts = new Map<string, number>();
  for (const { field, reason } of rows) {
    const key = [field ?? '', reason].join(REASON_SEPARATOR);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => {
    const [field = '', reason = ''] = key.split(REASON_SEPARATOR);
    return { reason, rows: count, ...(field === '' ? {} : { field }) };
  });
}

function makeRouter(state: RunsState) {
  const os = implement(contract);
  const find = (id: string): Run | undefined => state.runs.find((each) => each.id === id);

  /** An act on a run: it takes the status that the runner would give it at once. */
  function change(runId: string, status: ActivationRun['status']): ActivationRun {
    const run = find(runId);
    if (run?.kind !== 'activation') throw new Error(`no activation run ${runId}`);
    const { pause: _pause, error: _error, ...kept } = run;
    const next: ActivationRun = { ...kept, status };
    state.runs = state.runs.map((each) => (each.id === runId ? next : each));
    return next;
  }

  const { connections } = makeCannedEngine({ connections: [WORKSPACE, SAMPLE] }).router;
  return {
    connections,
    runs: {
      list: os.runs.list.handler(({ input }) => {
        state.calls.push('list');
        return state.runs.slice(0, input.limit);
      }),
      get: os.runs.get.handler(({ input, errors }) => {
        const run = find(input.id);
        if (run === undefined) throw errors.APP_ERROR(refuse('NOT_FOUND', 'There is no such run.'));
        return run;
      }),
      progress: os.runs.progress.handler(({ input, errors }) => {
        state.calls.push(`progress ${input.id}`);
        const run = find(input.id);
        if (run === undefined) throw errors.APP_ERROR(refuse('NOT_FOUND', 'There is no such run.'));
        return { run, ...state.progress };
      }),
      batches: os.runs.batches.handler(({ input }) =>
        state.batches.filter((each) => each.number > input.after).slice(0, input.limit),
      ),
      rejected: os.runs.rejected.handler(({ input }) => ({
        rows: state.rejected.filter((each) => each.seq > input.after).slice(0, input.limit),
        reasons: countReasons(state.rejected),
      })),
    },
    activations: {
      approve: os.activations.approve.handler(({ input, errors }) => act('approve', input.runId, errors)),
      resume: os.activations.resume.handler(({ input, errors }) => act('resume', input.runId, errors)),
      cancel: os.activations.cancel.handler(({ input, errors }) => act('cancel', input.runId, errors)),
      retryRejected: os.activations.retryRejected.handler(({ input, errors }) =>
        act('retryRejected', input.runId, errors),
      ),
    },
    ledger: {
      list: os.ledger.list.handler(({ input: { before = Infinity, limit } }) =>
        state.ledger.filter((each) => each.position < before).slice(0, limit),
      ),
      verify: os.ledger.verify.handler(() => state.check),
      export: os.ledger.export.handler(({ input, errors }) => {
        state.calls.push(`export ${input.path}${input.overwrite ? ' over' : ''}`);
        if (state.files.includes(input.path) && !input.overwrite) {
          throw errors.APP_ERROR(
            refuse('TARGET_UNWRITABLE', `${input.path} already exists.`, { exists: true }),
          );
        }
        return { entries: state.ledger.length };
      }),
    },
  };

  function act(
    name: 'approve' | 'resume' | 'cancel' | 'retryRejected',
    runId: string,
    errors: { APP_ERROR: (options: { data: AppErrorShape }) => Error },
  ): ActivationRun {
    state.calls.push(`${name} ${runId}`);
    if (state.refusal !== undefined) throw errors.APP_ERROR({ data: state.refusal });
    if (name === 'cancel') return change(runId, 'cancelled');
    if (name !== 'retryRejected') return change(runId, 'running');
    const retry = makeActivationRun({ id: 'run-9', status: 'succeeded', retryOf: runId });
    state.runs = [retry, ...state.runs];
    return retry;
  }
}

/** An engine over runs in memory, with the true contract, and what it knows. */
export function makeRunsEngine(start: Partial<RunsState> = {}): { engine: Engine; state: RunsState } {
  const state: RunsState = { ...EMPTY, calls: [], ...start };
  // The pages under test call only the parts of the contract that are canned.
  return { engine: createRouterClient(makeRouter(state)) as Engine, state };
}

/** Renders a component at an address of the runs page; returns what its engine knows. */
export async function renderRuns(
  component: Component<{ rest: readonly string[] }>,
  rest: readonly string[],
  start: Partial<RunsState> = {},
): Promise<RunsState> {
  localStorage.clear();
  const { engine, state } = makeRunsEngine(start);
  router.replace('runs', ...rest);
  onTestFinished(router.start());
  await render(Harness, { engine, component });
  return state;
}
