import type { AppErrorShape } from '../../electron/domain/app-error.ts';
import { toAppError } from './app-errors.ts';

/** The saves of an editor: one at a time, and why the last one failed. */
export class Saving {
  isBusy = $state(false);
  error = $state.raw<AppErrorShape>();

  /** @returns what `save` gave; undefined where it failed, see `error`, or where another one is under way. */
  async run<T>(save: () => Promise<T>): Promise<T | undefined> {
    if (this.isBusy) return undefined;
    this.isBusy = true;
    this.error = undefined;
    try {
      return await save();
    } catch (cause) {
      this.error = toAppError(cause);
      return undefined;
    } finally {
      this.isBusy = false;
    }
  }
}
