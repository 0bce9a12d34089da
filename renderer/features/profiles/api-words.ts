import type { PartView, ProfileApiState } from '../../../electron/contract/contract.ts';
import { formatCounted } from '../../text/format.ts';

/** The words and the colour of a state. */
export interface StateText {
  readonly label: string;
  readonly tone: 'neutral' | 'accent' | 'success' | 'warning' | 'danger';
}

const STATES: Readonly<Record<ProfileApiState['status'], StateText>> = {
  off: { label: 'Off', tone: 'neutral' },
  starting: { label: 'Starting', tone: 'accent' },
  on: { label: 'On', tone: 'success' },
  failed: { label: 'Failed', tone: 'danger' },
};

/** The words and the colour of an API's state. */
export function describeState(status: ProfileApiState['status']): StateText {
  return STATES[status];
}

const SECOND = 1000;
const AGES = [
  { of: 86_400 * SECOND, unit: 'day' },
  { of: 3600 * SECOND, unit: 'hour' },
  { of: 60 * SECOND, unit: 'minute' },
  { of: SECOND, unit: 'second' },
] as const;

/** How long ago an instant was: `12 minutes ago`. `now` is milliseconds since 1970; what lies ahead of it is `just now`. */
export function describeAge(instant: string, now: number): string {
  const age = now - Date.parse(instant);
  const fit = AGES.find(({ of }) => age >= of);
  return fit === undefined ? 'just now' : `${formatCounted(Math.floor(age / fit.of), fit.unit)} ago`;
}

/** How the last refresh of a part went: `Read 12 minutes ago, 40 changed`. */
export function describeRefresh(part: PartView, now: number): string {
  if (part.isRefreshing) return 'Being read';
  if (part.triedAt === undefined) return 'Not read yet';
  const age = describeAge(part.triedAt, now);
  if (part.error !== undefined) return `Failed ${age}`;
  return part.changed === undefined
    ? `Read ${age}`
    : `Read ${age}, ${part.changed.toLocaleString('en-US')} changed`;
}
