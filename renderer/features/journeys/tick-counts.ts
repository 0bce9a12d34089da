import type { Tick, TickCount } from '../../../electron/domain/tick.ts';
import { formatCount, formatCounted } from '../../text/format.ts';

/** What a tick did, in all. */
export interface TickTotals {
  readonly entered: number;
  readonly sent: number;
  readonly notSent: number;
  readonly left: number;
  readonly goals: number;
}

function sum(counts: readonly TickCount[], kind: TickCount['kind']): number {
  return counts.reduce((all, each) => (each.kind === kind ? all + each.customers : all), 0);
}

/** The counts of a tick over all its steps. */
export function tickTotals({ counts }: Pick<Tick, 'counts'>): TickTotals {
  return {
    entered: sum(counts, 'entered'),
    sent: sum(counts, 'sent'),
    notSent: sum(counts, 'not-sent'),
    left: sum(counts, 'left'),
    goals: sum(counts, 'goal'),
  };
}

/** What a tick did, in words: `412 customers entered, 380 sent, 12 not sent, 400 left`. */
export function describeTotals(tick: Pick<Tick, 'counts'>): string {
  const { entered, sent, notSent, left, goals } = tickTotals(tick);
  return [
    `${formatCounted(entered, 'customer')} entered`,
    `${formatCount(sent)} sent`,
    `${formatCount(notSent)} not sent`,
    `${formatCount(left)} left`,
    ...(goals === 0 ? [] : [`${formatCount(goals)} reached the goal`]),
  ].join(', ');
}
