import type { AppErrorShape } from '../../electron/domain/app-error.ts';
import { isCancel, toAppError } from './app-errors.ts';

/** The events of a long call, as `withProgress` of the contract declares them. */
export type LongActEvent<T> =
  | {
      readonly kind: 'progress';
      readonly text: string;
      readonly fraction?: number | undefined;
      readonly rows?: number | undefined;
    }
  | { readonly kind: 'done'; readonly result: T };

/** A call with progress that can be cancelled: a refresh, an export. One runs at a time; a cancel is no failure. */
export class LongAct<T> {
  status = $state<'idle' | 'running' | 'done' | 'failed' | 'cancelled'>('idle');
  text = $state('');
  /** 0 to 1; null where the engine does not know. */
  fraction = $state<number | null>(null);
  rows = $state<number>();
  result = $state.raw<T>();
  error = $state.raw<AppErrorShape>();
  #abort: AbortController | undefined;

  /** Runs the call to its end and gives its result; undefined where it failed, was cancelled, or one runs already. */
  async run(start: (signal: AbortSignal) => Promise<AsyncIterable<LongActEvent<T>>>): Promise<T | undefined> {
    if (this.status === 'running') return undefined;
    const abort = new AbortController();
    this.#begin(abort);
    try {
      for await (const event of await start(abort.signal)) {
        if (event.kind === 'done') return this.#succeed(event.result);
        this.text = event.text;
        this.fraction = event.fraction ?? null;
        this.rows = event.rows;
      }
      throw new Error('The engine ended the work without a result.');
    } catch (error) {
      this.error = toAppError(error, abort.signal);
      this.status = isCancel(this.error) ? 'cancelled' : 'failed';
      return undefined;
    }
  }

  /** Asks the engine to stop. */
  cancel(): void {
    this.#abort?.abort();
  }

  /** Forgets the outcome of an ended call. */
  reset(): void {
    if (this.status !== 'running') this.status = 'idle';
  }

  #begin(abort: AbortController): void {
    this.#abort = abort;
    this.status = 'running';
    this.text = '';
    this.fraction = null;
    this.rows = undefined;
    this.result = undefined;
    this.error = undefined;
  }

  #succeed(result: T): T {
    this.result = result;
    this.status = 'done';
    return result;
  }
}
