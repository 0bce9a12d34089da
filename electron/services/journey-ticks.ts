import type { TickProgress } from '../contract/contract.ts';
import { versionsInPlay } from '../sql/journey-graph.ts';
import { AppError } from '../domain/app-error.ts';
import type { Journey } from '../domain/journey.ts';
import type { Tick } from '../domain/tick.ts';
import type { Progress } from '../warehouses/warehouse.ts';
import { type TickParts, carryOutTick } from './carry-out-tick.ts';
import { requireJourney } from './journeys.ts';
import { newTick } from './new-tick.ts';
import { toAppError } from './to-app-error.ts';

/** A tick that is carried out in this process. */
interface ActiveTick {
  id: string;
  text: string | undefined;
  done: Promise<Tick>;
}

export type JourneyTicks = ReturnType<typeof createJourneyTicks>;

/** Ticks of journeys: started here, they go on in the engine until they are done, wait for a run, or fail. */
export function createJourneyTicks(parts: TickParts) {
  const { context, runner, journeys } = parts;
  const { store, clock } = context;
  const active = new Map<string, ActiveTick>();
  const closing = new AbortController();
  const keyOf = (connectionId: string, journeyId: string): string => `${connectionId} ${journeyId}`;

  const execute = async (entry: ActiveTick, tick: Tick): Promise<Tick> => {
    const onProgress = ({ text }: Progress): void => {
      entry.text = text;
    };
    try {
      return await carryOutTick(parts, tick, { signal: closing.signal, onProgress });
    } catch (error) {
      // What it did is kept by its phase: the next tick goes on from there.
      const last = store.findLastTick(tick.connectionId, tick.journeyId) ?? tick;
      const failed: Tick = closing.signal.aborted
        ? { ...last, status: 'interrupted' }
        : { ...last, status: 'failed', error: toAppError(error).toShape() };
      store.saveTick(failed);
      return failed;
    }
  };

  const launch = (tick: Tick): Tick => {
    store.saveTick(tick);
    const entry: ActiveTick = { id: tick.id, text: undefined, done: Promise.resolve(tick) };
    const key = keyOf(tick.connectionId, tick.journeyId);
    active.set(key, entry);
    entry.done = execute(entry, tick).finally(() => active.delete(key));
    return tick;
  };

  /** The instant of a new look: never before that of the last tick, whatever the clock says. */
  const now = (connectionId: string, last: Tick | undefined): Pick<Tick, 'at' | 'asOf'> => {
    const at = clock();
    return {
      at: last !== undefined && last.at > at ? last.at : at,
      asOf: runner.asOf(connectionId),
    };
  };

  const goOn = (tick: Tick, startedFrom: Tick['startedFrom']): Tick => {
    const next: Tick = { ...tick, startedFrom, status: 'running', error: undefined };
    if (tick.phase !== 'moving') return launch(next);
    // Nothing has changed yet: it looks anew, by the versions there are now.
    const journey = requireJourney(store, tick.connectionId, tick.journeyId);
    refuseBroken(tick.connectionId, journey);
    const version = journey.versions.at(-1)?.number ?? tick.version;
    return launch({ ...next, ...now(tick.connectionId, tick), version });
  };

  const refuseBroken = (connectionId: string, journey: Journey): void => {
    journeys.refuseBrokenVersions(connectionId, versionsInPlay(journey.versions).versions);
  };

  return {
    /**
     * Starts a tick, or goes on with the last one where it is not over.
     * @throws AppError RULE_INVALID where the journey is not live or its versions cannot run, NOT_FOUND
     */
    start(connectionId: string, journeyId: string, startedFrom: Tick['startedFrom']): Tick {
      const journey = requireJourney(store, connectionId, journeyId);
      const last = store.findLastTick(connectionId, journeyId);
      if (last !== undefined && active.has(keyOf(connectionId, journeyId))) return last;
      if (last !== undefined && last.status !== 'done') return goOn(last, startedFrom);
      if (journey.status !== 'live') throw notLive(journey);
      refuseBroken(connectionId, journey);
      const number = (last?.number ?? 0) + 1;
      return launch(
        newTick(context, journey, { connectionId, number, ...now(connectionId, last), startedFrom }),
      );
    },

    /** How far the last tick of a journey is. */
    progress(connectionId: string, journeyId: string): TickProgress {
      const text = active.get(keyOf(connectionId, journeyId))?.text;
      const tick = store.findLastTick(connectionId, journeyId) ?? null;
      return { tick, ...(text === undefined ? {} : { text }) };
    },

    /** Waits until the journey's tick of this process is done, waits or fails. */
    wait: async (connectionId: string, journeyId: string): Promise<Tick | undefined> =>
      active.get(keyOf(connectionId, journeyId))?.done ?? store.findLastTick(connectionId, journeyId),

    list(connectionId: string, journeyId: string, before: number | undefined, limit: number): Tick[] {
      requireJourney(store, connectionId, journeyId);
      return store.listTicks(connectionId, journeyId, before, limit);
    },

    /** Ticks that a crash left running go on with the next one. Called once, when the engine starts. */
    markInterrupted(): void {
      for (const tick of store.listUnfinishedTicks()) store.saveTick({ ...tick, status: 'interrupted' });
    },

    /** Interrupts what ticks and waits for it. */
    async close(): Promise<void> {
      closing.abort();
      await Promise.all([...active.values()].map(({ done }) => done));
    },
  };
}

function notLive({ name, status }: Journey): AppError {
  const help = {
    draft: 'Publish it first.',
    paused: 'Resume it first.',
    stopped: 'Publish a version to begin again.',
    live: '',
  }[status];
  return new AppError({
    code: 'RULE_INVALID',
    message: `“${name}” is ${status === 'draft' ? 'not published' : status}, so that it does not tick.`,
    help,
    retry: 'after-fix',
  });
}
