import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import type { OutputColumn } from '../../../electron/domain/audience.ts';
import type { FileFormat, Run } from '../../../electron/domain/run.ts';
import { isCancel, toAppError } from '../../shell/app-errors.ts';
import type { Engine } from '../../shell/engine.ts';

/** What is exported, and where to. */
export interface ExportOrder {
  readonly connectionId: string;
  readonly audienceId: string;
  readonly path: string;
  readonly format: FileFormat;
  readonly columns: readonly OutputColumn[];
  readonly overwrite: boolean;
}

/** One export from the dialog: under way, done, failed or ended by the person. */
export class ExportAct {
  state = $state<'ready' | 'running' | 'done' | 'failed'>('ready');
  text = $state('');
  /** A share from 0 to 1; null while the length is unknown. */
  fraction = $state<number | null>(null);
  rows = $state<number>();
  run = $state.raw<Run>();
  error = $state.raw<AppErrorShape>();
  /** True where the file was refused because another one has its name. */
  readonly meetsFile = $derived.by(() => this.error?.details?.['exists'] === true);
  readonly #engine: Engine;
  #running: AbortController | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Exports; the outcome is in `state`. A cancel returns to `ready`. */
  async start(order: ExportOrder): Promise<void> {
    const controller = new AbortController();
    this.#running = controller;
    this.state = 'running';
    this.text = 'Starting';
    this.fraction = null;
    this.rows = undefined;
    this.error = undefined;
    try {
      const events = await this.#engine.exports.run(
        { ...order, columns: [...order.columns] },
        { signal: controller.signal },
      );
      for await (const event of events) {
        if (event.kind === 'done') {
          this.run = event.result;
          this.state = 'done';
          return;
        }
        this.text = event.text;
        this.fraction = event.fraction ?? null;
        this.rows = event.rows;
      }
      // The stream ended without its result: only a cancel does that.
      this.state = 'ready';
    } catch (cause) {
      const error = toAppError(cause, controller.signal);
      this.error = isCancel(error) ? undefined : error;
      this.state = isCancel(error) ? 'ready' : 'failed';
    }
  }

  /** Ends a running export; nothing of it is left. */
  cancel(): void {
    this.#running?.abort();
  }

  /** Forgets the last outcome. */
  reset(): void {
    this.cancel();
    this.state = 'ready';
    this.error = undefined;
    this.run = undefined;
  }
}
