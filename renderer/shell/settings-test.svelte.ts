import type { TestEvent } from '../../electron/contract/contract.ts';
import type { AppErrorShape } from '../../electron/domain/app-error.ts';
import type { TestLine } from '../ui/test-line.ts';
import { isCancel, toAppError } from './app-errors.ts';

/** Walks the named steps of a connection's or destination's test and keeps what each gave. */
export class SettingsTest {
  status = $state<'idle' | 'running' | 'passed' | 'failed'>('idle');
  lines = $state.raw<readonly TestLine[]>([]);
  error = $state.raw<AppErrorShape>();
  #abort: AbortController | undefined;

  /** Runs the test anew; `start` makes the call. A cancel leaves no result. */
  async run(start: (signal: AbortSignal) => Promise<AsyncIterable<TestEvent>>): Promise<void> {
    this.reset();
    const abort = new AbortController();
    this.#abort = abort;
    this.status = 'running';
    try {
      for await (const event of await start(abort.signal)) {
        if (abort.signal.aborted) return;
        if (event.kind === 'step') this.#show(event);
      }
      if (!abort.signal.aborted) this.status = 'passed';
    } catch (error) {
      this.#fail(toAppError(error, abort.signal), abort);
    }
  }

  /** Ends a running test and forgets the last result: it no longer fits once a setting has changed. */
  reset(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.status = 'idle';
    this.lines = [];
    this.error = undefined;
  }

  #show(step: TestLine): void {
    const line: TestLine = { id: step.id, label: step.label, status: step.status, detail: step.detail };
    const known = this.lines.some((each) => each.id === step.id);
    this.lines = known
      ? this.lines.map((each) => (each.id === step.id ? line : each))
      : [...this.lines, line];
  }

  #fail(error: AppErrorShape, abort: AbortController): void {
    // A newer run or a reset owns the state by now.
    if (this.#abort !== abort || isCancel(error)) return;
    this.error = error;
    this.status = 'failed';
    this.lines = this.lines.map((each) => (each.status === 'running' ? { ...each, status: 'failed' } : each));
  }
}
