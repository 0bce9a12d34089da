import { createQuery, useQueryClient } from '@tanstack/svelte-query';
import type { JourneySummary } from '../../../electron/contract/journeys.ts';
import type { InsideChoice } from '../../../electron/domain/journey.ts';
import type { Tick } from '../../../electron/domain/tick.ts';
import { toAppError } from '../../shell/app-errors.ts';
import { getEngine } from '../../shell/context.ts';
import { queryKeys } from '../../shell/query-keys.ts';
import { toasts } from '../../ui/toasts.svelte.ts';
import { readResult } from './read-result.ts';

/** Milliseconds between two looks at a tick that goes on. */
const LOOK_MS = 400;
/** Milliseconds between two looks at a tick that waits for a run. */
const SLOW_LOOK_MS = 2000;

/** What a published journey does, and the acts on it. All members are read reactively. */
export interface JourneyLife {
  /** The tick that goes on or was the last; undefined where there is none. */
  readonly tick: Tick | undefined;
  /** How far the tick is, in words of the engine. */
  readonly text: string | undefined;
  readonly isBusy: boolean;
  startTick(): Promise<void>;
  publish(inside: InsideChoice): Promise<JourneySummary | undefined>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
  /** Takes the state table as it is for right. */
  acceptState(): Promise<void>;
}

function lookEvery(status: Tick['status'] | undefined): number | false {
  if (status === 'running') return LOOK_MS;
  return status === 'waiting' ? SLOW_LOOK_MS : false;
}

/** Opens the life of a journey, once it is saved. For a component's start; both are read reactively. */
export function openLife(
  connectionId: string,
  readId: () => string | undefined,
  readSummary: () => JourneySummary | undefined,
): JourneyLife {
  const engine = getEngine();
  const queryClient = useQueryClient();
  let isBusy = $state(false);

  const renew = async (): Promise<void> => {
    const journeyId = readId() ?? '';
    void queryClient.invalidateQueries({ queryKey: queryKeys.journeyResults(connectionId, journeyId) });
    void queryClient.invalidateQueries({ queryKey: queryKeys.journeyTicks(connectionId, journeyId) });
    void queryClient.invalidateQueries({ queryKey: queryKeys.runs() });
    await queryClient.invalidateQueries({ queryKey: queryKeys.journeys(connectionId) });
  };
  const progressKey = () => queryKeys.journeyProgress(connectionId, readId() ?? '');
  const followed = createQuery(() => {
    const journeyId = readId() ?? '';
    return {
      queryKey: progressKey(),
      queryFn: async ({ signal }) => {
        const before = queryClient.getQueryData<{ tick: Tick | null }>(progressKey())?.tick?.status;
        const progress = await engine.journeys.progress({ connectionId, journeyId }, { signal });
        if (before !== undefined && progress.tick?.status !== before) void renew();
        return progress;
      },
      enabled: journeyId !== '' && (readSummary()?.journey.versions.length ?? 0) > 0,
      staleTime: 0,
      refetchInterval: (query) => lookEvery(query.state.data?.tick?.status),
    };
  });

  async function act<T>(failure: string, call: () => Promise<T>): Promise<T | undefined> {
    if (isBusy) return undefined;
    isBusy = true;
    try {
      const done = await call();
      await renew();
      return done;
    } catch (cause) {
      const { message, help } = toAppError(cause);
      toasts.show({ tone: 'danger', title: failure, detail: `${message} ${help}` });
      return undefined;
    } finally {
      isBusy = false;
    }
  }
  const id = (): { connectionId: string; journeyId: string } => ({ connectionId, journeyId: readId() ?? '' });
  const say = (title: string): void => {
    toasts.show({ tone: 'success', title });
  };

  return {
    get tick() {
      return followed.data?.tick ?? readSummary()?.lastTick;
    },
    get text() {
      return followed.data?.text;
    },
    get isBusy() {
      return isBusy;
    },
    async startTick() {
      await act('The tick was not started', async () => {
        const tick = await engine.journeys.tick(id());
        queryClient.setQueryData(progressKey(), { tick });
        void followed.refetch();
      });
    },
    publish: (inside) =>
      act('The journey was not published', async () => {
        const summary = await engine.journeys.publish({ ...id(), inside });
        say(`Published version ${summary.journey.versions.length}`);
        return summary;
      }),
    async pause() {
      if ((await act('The journey was not paused', () => engine.journeys.pause(id()))) !== undefined)
        say('Paused');
    },
    async resume() {
      if ((await act('The journey was not resumed', () => engine.journeys.resume(id()))) !== undefined)
        say('Resumed');
    },
    async stop() {
      const stopped = await act('The journey was not stopped', () => readResult(engine.journeys.stop(id())));
      if (stopped !== undefined) say('Stopped');
    },
    async acceptState() {
      const accepted = await act('The state table was not accepted', () =>
        readResult(engine.journeys.acceptState(id())),
      );
      if (accepted !== undefined) say('The state table was accepted');
    },
  };
}
