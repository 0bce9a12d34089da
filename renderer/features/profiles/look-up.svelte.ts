import type { CustomerProfile } from '../../../electron/contract/contract.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import { isCancel, toAppError } from '../../shell/app-errors.ts';

/** Asks the lakehouse for one customer. */
export type AskForCustomer = (
  asked: { readonly customerId: string; readonly unmasked: boolean },
  signal: AbortSignal,
) => Promise<CustomerProfile>;

/** One look at a customer at a time. Its answer is held here alone, and forgotten with the next one or by `forget`. */
export class LookUp {
  status = $state<'idle' | 'running' | 'found' | 'missing' | 'failed'>('idle');
  profile = $state.raw<CustomerProfile>();
  error = $state.raw<AppErrorShape>();
  readonly #ask: AskForCustomer;
  #asked: string | undefined;
  #abort: AbortController | undefined;

  constructor(ask: AskForCustomer) {
    this.#ask = ask;
  }

  /** Looks a customer up; a look that is under way ends. */
  async find(customerId: string, unmasked: boolean): Promise<void> {
    this.forget();
    const abort = new AbortController();
    this.#abort = abort;
    this.#asked = customerId;
    this.status = 'running';
    try {
      const profile = await this.#ask({ customerId, unmasked }, abort.signal);
      if (this.#abort !== abort) return;
      this.profile = profile;
      this.status = 'found';
    } catch (cause) {
      if (this.#abort === abort) this.#fail(toAppError(cause, abort.signal));
    }
  }

  /** Looks at the same customer again, such as with personal data; nothing where none was asked for. */
  async again(unmasked: boolean): Promise<void> {
    if (this.#asked !== undefined) await this.find(this.#asked, unmasked);
  }

  /** Ends a look that is under way, and forgets the last answer. */
  forget(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.#asked = undefined;
    this.profile = undefined;
    this.error = undefined;
    this.status = 'idle';
  }

  #fail(error: AppErrorShape): void {
    if (isCancel(error)) this.status = 'idle';
    else if (error.code === 'NOT_FOUND') this.status = 'missing';
    else {
      this.error = error;
      this.status = 'failed';
    }
  }
}
