import type { QueryClient } from '@tanstack/svelte-query';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import type { ActivationRun } from '../../../electron/domain/run.ts';
import { toAppError } from '../../shell/app-errors.ts';
import type { Engine } from '../../shell/engine.ts';
import { queryKeys } from '../../shell/query-keys.ts';

/** What a person can do about a run. */
export type RunAct = 'approve' | 'resume' | 'cancel' | 'retryRejected';

/** The acts that a run's state allows, the likeliest first. Which rows were rejected is known only of rows that were held in a table. */
export function findActs({ status, counts, pin }: ActivationRun): readonly RunAct[] {
  const retry: readonly RunAct[] = counts.rejected > 0 && pin === 'table' ? ['retryRejected'] : [];
  switch (status) {
    case 'running':
      return ['cancel'];
    case 'paused':
      return ['approve', 'cancel'];
    case 'interrupted':
      return ['resume', 'cancel'];
    case 'failed':
      return ['resume', ...retry];
    case 'succeeded':
    case 'incomplete':
    case 'cancelled':
      return retry;
  }
}

/** Acts on a run, one at a time; what pages show of runs is renewed with each. */
export class RunActs {
  busy = $state<RunAct>();
  error = $state.raw<AppErrorShape>();
  #engine: Engine;
  #queryClient: QueryClient;

  constructor(engine: Engine, queryClient: QueryClient) {
    this.#engine = engine;
    this.#queryClient = queryClient;
  }

  /** Acts, and gives the run that came of it: a new one where rejected rows are tried again. Undefined where it failed. */
  async act(act: RunAct, runId: string): Promise<ActivationRun | undefined> {
    if (this.busy !== undefined) return undefined;
    this.busy = act;
    this.error = undefined;
    try {
      const run = await this.#engine.activations[act]({ runId });
      this.#queryClient.setQueryData(queryKeys.run(run.id), run);
      return run;
    } catch (cause) {
      this.error = toAppError(cause);
      return undefined;
    } finally {
      this.busy = undefined;
      void this.#queryClient.invalidateQueries({ queryKey: queryKeys.runs() });
    }
  }
}
