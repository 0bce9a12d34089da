import type { Guards } from '../domain/activation.ts';
import type { ActivationRun, RunPause } from '../domain/run.ts';

/** A share of rejected rows says little of fewer rows than this. */
const FEW_ROWS = 100;

/** Why a run of so many members asks first: they are far from those of the last run. `before` is undefined where none ended. */
export function checkChange(
  members: number,
  before: number | undefined,
  { maxChange }: Guards,
  { approved, retryOf }: Pick<ActivationRun, 'approved' | 'retryOf'>,
): RunPause | undefined {
  if (before === undefined || before === 0 || approved.includes('change') || retryOf !== undefined)
    return undefined;
  const change = (members - before) / before;
  if (Math.abs(change) <= maxChange) return undefined;
  const percent = `${Math.abs(Math.round(change * 100))}%`;
  const message = `The audience has ${members} members, ${percent} ${change > 0 ? 'more' : 'fewer'} than the ${before} of the last run.`;
  return { reason: 'change', message };
}

/** Why a run asks before it sends more: too many of the rows that were prepared so far are rejected. */
export function checkRejected(
  { rejected, seen, total }: { readonly rejected: number; readonly seen: number; readonly total: number },
  { maxRejected }: Guards,
  { approved }: Pick<ActivationRun, 'approved'>,
): RunPause | undefined {
  if (approved.includes('rejected') || seen === 0 || seen < Math.min(FEW_ROWS, total)) return undefined;
  if (rejected / seen <= maxRejected) return undefined;
  const percent = Math.round((rejected / seen) * 100);
  return { reason: 'rejected', message: `${rejected} of the first ${seen} rows are rejected, ${percent}%.` };
}
