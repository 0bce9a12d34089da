import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { AppError, type AppErrorShape } from '../domain/app-error.ts';
import { ReadCount } from '../domain/profile-api.ts';
import type { Intake } from './profile-store.ts';
import type { ApiState, OpenProfileApi } from './running-api.ts';
import type { FromThread, ThreadCall } from './thread-protocol.ts';

const Opened = z.object({ port: z.number(), isFilled: z.boolean() });
const Committed = z.object({ customers: z.number(), changed: z.number() });

/** Opens Profile APIs in threads of their own; `entry` is the file that a thread runs. */
export function openInThread(entry: URL): OpenProfileApi {
  return async (request, onLoss) => {
    const thread = new Thread(entry, onLoss);
    let opened;
    try {
      opened = Opened.parse(await thread.ask({ kind: 'open', request }));
    } catch (error) {
      await thread.end();
      throw error;
    }
    const nothing = async (call: ThreadCall): Promise<void> => {
      await thread.ask(call);
    };
    return {
      ...opened,
      update: (settings) => nothing({ kind: 'update', settings }),
      begin: async (asked) =>
        intakeOf(thread, z.number().parse(await thread.ask({ kind: 'begin', request: asked }))),
      forget: (part) => nothing({ kind: 'forget', part }),
      warn: (part, text) => nothing({ kind: 'warn', part, text }),
      // What this app's own thread answers is not parsed again: it is asked every second.
      state: async () => (await thread.ask({ kind: 'state' })) as ApiState,
      takeReads: async () => z.array(ReadCount).parse(await thread.ask({ kind: 'reads' })),
      async stop() {
        try {
          await thread.ask({ kind: 'stop' });
        } finally {
          await thread.end();
        }
      },
    };
  };
}

function intakeOf(thread: Thread, intake: number): Intake {
  return {
    async write(rows) {
      await thread.ask({ kind: 'write', intake, rows });
    },
    commit: async (asOf) => Committed.parse(await thread.ask({ kind: 'commit', intake, asOf })),
    async abort() {
      await thread.ask({ kind: 'abort', intake });
    },
  };
}

/** A thread that is asked, and answers by number. */
class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  #last = 0;
  #lost: Error | undefined;
  #isEnding = false;

  constructor(entry: URL, onLoss: (error: Error) => void) {
    this.#worker = new Worker(entry);
    this.#worker.on('message', (message: FromThread) => {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if ('error' in message) waiting?.reject(new AppError(message.error));
      else waiting?.resolve(message.value);
    });
    const lose = (cause: unknown): void => {
      if (this.#lost !== undefined) return;
      this.#lost = threadLost(cause);
      for (const { reject } of this.#waiting.values()) reject(this.#lost);
      this.#waiting.clear();
      if (!this.#isEnding) onLoss(this.#lost);
    };
    this.#worker.on('error', lose);
    this.#worker.on('exit', () => lose(undefined));
  }

  ask(call: ThreadCall): Promise<unknown> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call });
    });
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#worker.terminate();
  }
}

function threadLost(cause: unknown): AppError {
  const shape: AppErrorShape = {
    code: 'INTERNAL',
    message: `The Profile API ended${cause instanceof Error ? `: ${cause.message}` : '.'}`,
    help: 'Turn it on again.',
    retry: 'later',
  };
  return new AppError(shape, { cause });
}
