import { createQuery, useQueryClient, type CreateQueryResult } from '@tanstack/svelte-query';
import type { RunProgress } from '../../../electron/contract/contract.ts';
import type { Run } from '../../../electron/domain/run.ts';
import { getEngine } from '../../shell/context.ts';
import { queryKeys } from '../../shell/query-keys.ts';
import { formatCount, formatCounted } from '../../text/format.ts';
import { describeTimeLeft } from './run-text.ts';

/** Milliseconds between two looks at a run that goes on, while the page is visible. */
const LOOK_MS = 500;

/** Follows a run while it goes on; once it has stopped, everything that was read of runs is read anew. */
export function followRun(read: () => Run | undefined): CreateQueryResult<RunProgress> {
  const engine = getEngine();
  const queryClient = useQueryClient();
  return createQuery(() => {
    const { id = '', status } = read() ?? {};
    return {
      queryKey: queryKeys.progress(id),
      queryFn: async ({ signal }) => {
        const progress = await engine.runs.progress({ id }, { signal });
        if (progress.run.status !== 'running')
          void queryClient.invalidateQueries({ queryKey: queryKeys.runs() });
        return progress;
      },
      enabled: status === 'running',
      staleTime: 0,
      refetchInterval: (query) => {
        const known = query.state.data?.run.status ?? 'running';
        return known === 'running' ? LOOK_MS : false;
      },
    };
  });
}

/**
 * A progress as a bar shows it: the share from 0 to 1, null while it is not known; what was handled; how fast it goes, and the time that is left,
 * empty while they are not known.
 */
export function describeProgress(progress: RunProgress | undefined): {
  share: number | null;
  label: string;
  rate: string;
  left: string;
} {
  if (progress === undefined) return { share: null, label: 'Under way', rate: '', left: '' };
  const { handled, total, text, rowsPerSecond, secondsLeft } = progress;
  const pace = {
    rate: rowsPerSecond === undefined ? '' : `${formatCounted(Math.round(rowsPerSecond), 'row')} a second`,
    left: secondsLeft === undefined ? '' : describeTimeLeft(secondsLeft),
  };
  if (total > 0)
    return {
      share: handled / total,
      label: `${formatCount(handled)} of ${formatCounted(total, 'row')}`,
      ...pace,
    };
  const label = handled > 0 ? formatCounted(handled, 'row') : (text ?? 'Under way');
  return { share: null, label, ...pace };
}
