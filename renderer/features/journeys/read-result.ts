import type { LongActEvent } from '../../shell/long-act.svelte.ts';

/** The result of a call with progress, for a caller that shows none. @throws what the call throws */
export async function readResult<T>(call: Promise<AsyncIterable<LongActEvent<T>>>): Promise<T> {
  for await (const event of await call) if (event.kind === 'done') return event.result;
  throw new Error('The engine ended the work without a result.');
}
