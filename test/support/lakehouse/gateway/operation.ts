import { randomBytes } from 'node:crypto';
import { EngineError } from '../spark/engine-error.ts';
import type { SparkStatement } from '../spark/spark-session.ts';
import { type OperationHandle, type OperationStatus, STATE, STATUS } from '../thrift/messages.ts';
import { guidOf, newGuid } from './guid.ts';
import type { Result } from './result.ts';

type Outcome = 'running' | 'finished' | 'cancelled' | 'timed-out' | 'failed';

const STATES: Readonly<Record<Outcome, number>> = {
  running: STATE.running,
  finished: STATE.finished,
  cancelled: STATE.cancelled,
  'timed-out': STATE.error,
  failed: STATE.error,
};

/** Tells an operation which statement of the engine it waits for, so that a cancel reaches it. */
export type Track = (statement: SparkStatement) => Promise<void>;

/** One operation of a client, from its call to its close. */
export class Operation {
  readonly id: string;
  readonly handle: OperationHandle;
  readonly #started = Date.now();
  readonly #work: Promise<void>;
  #outcome: Outcome = 'running';
  #completed: number | undefined;
  #error: EngineError | undefined;
  #result: Result | undefined;
  readonly #onEngineCancel: (id: string) => void;
  #statement: SparkStatement | undefined;

  /**
   * Starts `work` at once. `type` is the number of the operation's kind; `onEngineCancel` is told the id when a client's
   * cancel has reached the engine.
   */
  constructor(
    type: number,
    work: (track: Track) => Promise<Result>,
    onEngineCancel: (id: string) => void = () => undefined,
  ) {
    this.#onEngineCancel = onEngineCancel;
    const guid = newGuid();
    this.id = guidOf(guid);
    this.handle = {
      operationId: { guid, secret: randomBytes(16) },
      operationType: type,
      hasResultSet: true,
    };
    this.#work = this.#run(work);
  }

  async #run(work: (track: Track) => Promise<Result>): Promise<void> {
    try {
      const result = await work(async (statement) => {
        this.#statement = statement;
        if (this.#outcome !== 'running') {
          await this.#stopEngine();
          throw new EngineError('[OPERATION_CANCELED] Operation has been canceled. SQLSTATE: HY008', 'HY008');
        }
      });
      await result.ready();
      this.#result = result;
      this.#settle('finished');
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Waits until the operation has ended, or `milliseconds` have passed. True when it has ended. */
  async waitFor(milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([this.#work, late]);
    clearTimeout(timer);
    return this.#outcome !== 'running';
  }

  /** The rows, once there are any; rejects with the reason why there are none. */
  async result(): Promise<Result> {
    await this.#work;
    if (this.#result === undefined || this.#outcome !== 'finished') {
      throw (
        this.#error ??
        new EngineError('[OPERATION_CANCELED] Operation has been canceled. SQLSTATE: HY008', 'HY008')
      );
    }
    return this.#result;
  }

  /** Marks the operation as failed while its rows were read. */
  failWhileReading(error: unknown): void {
    this.#outcome = 'running';
    this.#fail(error);
  }

  /** What a client is told of the operation. */
  status(): OperationStatus {
    const base: OperationStatus = {
      status: { statusCode: STATUS.success },
      operationState: STATES[this.#outcome],
      operationStarted: BigInt(this.#started),
      hasResultSet: true,
      ...(this.#completed === undefined ? {} : { operationCompleted: BigInt(this.#completed) }),
    };
    if (this.#error === undefined) return base;
    const { sqlState, message, full } = this.#error;
    return { ...base, sqlState, errorCode: 0, errorMessage: full, displayMessage: message };
  }

  /** Cancels the operation, also while its rows are read. */
  async cancel(): Promise<void> {
    if (this.#outcome !== 'running' && this.#outcome !== 'finished') return;
    this.#settle('cancelled');
    await this.#stopEngine();
  }

  /** Cancels the operation because it took `seconds`, the limit of its session. */
  async timeOut(seconds: number): Promise<void> {
    if (this.#outcome !== 'running') return;
    this.#error = new EngineError(
      `[QUERY_EXECUTION_TIMEOUT_EXCEEDED] Query execution was cancelled due to exceeding the timeout (${seconds}s). ` +
        'You can increase the limit in seconds by setting STATEMENT_TIMEOUT. SQLSTATE: 57KD0',
      '57KD0',
    );
    this.#settle('timed-out');
    await this.#stopEngine();
  }

  /** Ends the operation in the engine, running or not. */
  async close(): Promise<void> {
    if (this.#outcome === 'running') await this.cancel();
    await this.#statement?.close();
    this.#statement = undefined;
  }

  async #stopEngine(): Promise<void> {
    const statement = this.#statement;
    // Without a statement the engine is about to get one, which `track` then stops.
    if (statement === undefined) return;
    await statement.cancel();
    if (this.#outcome === 'cancelled') this.#onEngineCancel(this.id);
  }

  #fail(error: unknown): void {
    if (this.#outcome !== 'running') return;
    const message = error instanceof Error ? error.message : 'The gateway failed.';
    this.#error =
      error instanceof EngineError ? error : new EngineError(`[INTERNAL_ERROR] ${message}`, 'XX000');
    this.#settle('failed');
  }

  #settle(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#completed = Date.now();
  }
}
