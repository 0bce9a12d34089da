import type { Run } from '../../electron/domain/run.ts';
import { describeOutcome, nameRun } from '../text/run.ts';

/** What is said about a run that stopped. `detail` is why, where there is a reason; no customer data. */
export type RunNews = {
  readonly runId: string;
  readonly kind: Run['kind'];
  readonly tone: 'success' | 'danger' | 'neutral';
  readonly name: string;
  readonly outcome: string;
  readonly detail: string | undefined;
};

/** What changed between two looks at the newest runs. */
export type RunChanges = { readonly changed: boolean; readonly news: readonly RunNews[] };

/** Notices which runs stopped since the look before. The first look says nothing: what it finds is known. */
export class RunWatch {
  #seen: ReadonlyMap<string, Run['status']> | undefined;

  /** Looks at the newest runs; one that began and ended between two looks is news as well. */
  look(runs: readonly Run[]): RunChanges {
    const seen = this.#seen;
    this.#seen = new Map(runs.map(({ id, status }) => [id, status]));
    if (seen === undefined) return { changed: false, news: [] };
    const moved = runs.filter(({ id, status }) => seen.get(id) !== status);
    return { changed: moved.length > 0, news: moved.filter(isNews).map(describeNews) };
  }
}

/** A cancel is the act of a person, who knows of it. */
function isNews({ status }: Run): boolean {
  return status !== 'running' && status !== 'cancelled';
}

function describeNews(run: Run): RunNews {
  return {
    runId: run.id,
    kind: run.kind,
    tone: toneOf(run.status),
    name: nameRun(run),
    outcome: describeOutcome(run),
    detail: run.kind === 'activation' ? (run.pause?.message ?? run.error?.message) : run.error?.message,
  };
}

function toneOf(status: Run['status']): RunNews['tone'] {
  if (status === 'failed') return 'danger';
  return status === 'succeeded' ? 'success' : 'neutral';
}
