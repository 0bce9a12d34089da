/** How many events wait for a slow reader. */
const LONGEST_QUEUE = 100;

/** Turns what an act reports by callback into events to iterate; an act that its reader leaves is cancelled. */
export async function* streamEvents<Event>(
  act: (report: (event: Event) => void, signal: AbortSignal) => Promise<Event>,
  outer: AbortSignal | undefined,
): AsyncGenerator<Event, void> {
  const leaving = new AbortController();
  const signal = outer === undefined ? leaving.signal : AbortSignal.any([outer, leaving.signal]);
  const waiting: Event[] = [];
  let wake: () => void = () => undefined;
  const report = (event: Event): void => {
    // A slow reader wants the newest state, not a backlog of progress.
    if (waiting.length >= LONGEST_QUEUE) waiting.shift();
    waiting.push(event);
    wake();
  };
  const state = { ended: false };
  const running = act(report, signal).finally(() => {
    state.ended = true;
    wake();
  });
  // The failure is thrown below; without a handler until then it would count as unhandled.
  running.catch(() => undefined);
  try {
    while (!state.ended || waiting.length > 0) {
      const next = waiting.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (state.ended || waiting.length > 0) resolve();
      });
    }
    yield await running;
  } finally {
    leaving.abort();
    // A reader that leaves is only told so once the act has cleaned up behind itself.
    await running.catch(() => undefined);
  }
}
