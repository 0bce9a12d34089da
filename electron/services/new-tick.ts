import { randomBytes } from 'node:crypto';
import type { Instant } from '../domain/duration.ts';
import type { Journey } from '../domain/journey.ts';
import type { Tick } from '../domain/tick.ts';
import type { ServiceContext } from './context.ts';

/** What is known of a tick before it begins. */
type TickBeginning = Pick<Tick, 'connectionId' | 'number' | 'at' | 'asOf' | 'startedFrom'>;

/** A tick that begins now: nothing of it has happened. */
export function newTick({ clock, user }: ServiceContext, journey: Journey, beginning: TickBeginning): Tick {
  const now: Instant = clock();
  return {
    id: `k${Date.parse(now).toString(36)}${randomBytes(8).toString('hex')}`,
    ...beginning,
    journeyId: journey.id,
    journeyName: journey.name,
    startedBy: user,
    startedAt: now,
    status: 'running',
    phase: 'moving',
    version: journey.versions.at(-1)?.number ?? 0,
    counts: [],
    sends: [],
  };
}
