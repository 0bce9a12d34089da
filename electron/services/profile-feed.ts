import type { ProfileApiState } from '../contract/contract.ts';
import type { AppErrorShape } from '../domain/app-error.ts';
import { type Duration, type Instant, addDuration } from '../domain/duration.ts';
import type { Secrets } from '../domain/field-spec.ts';
import { toldType } from '../domain/told-type.ts';
import type { ProfileApi, ProfilePart } from '../domain/profile-api.ts';
import type { ApiSettings } from '../profile-api/api-settings.ts';
import { IDENTIFIER_PART, type IntakeRows } from '../profile-api/profile-store.ts';
import type { OpenProfileApi, RunningApi } from '../profile-api/running-api.ts';
import { documentWriter } from '../profile-api/write-document.ts';
import { writePaced } from '../profile-api/write-paced.ts';
import { compileProfiles } from '../sql/compile-profiles.ts';
import type { RowBlock } from '../warehouses/warehouse.ts';
import type { ServiceContext } from './context.ts';
import { findDefinitions, requireConnection, requireKind } from './find-definitions.ts';
import type { ModelRunner } from './model-runner.ts';
import { toAppError } from './to-app-error.ts';

/** How often it is looked whether a part is due or too old, and reads are noted, in milliseconds. */
const LOOK_EVERY = 2_000;
/** When a part that could not be read is tried again at the latest. */
const AFTER_FAILURE: Duration = { amount: 1, unit: 'minutes' };
/** Customers of one message to the store: it answers requests between two of them. */
const ROWS_PER_WRITE = 200;

/** What a feed is made of. */
export interface FeedParts {
  readonly context: ServiceContext;
  readonly runner: ModelRunner;
  readonly open: OpenProfileApi;
  readonly connectionId: string;
}

interface PartFeed {
  readonly part: ProfilePart;
  triedAt: Instant | undefined;
  /** When what is told now was read, by the clock. */
  readAt: Instant | undefined;
  changed: number | undefined;
  isRefreshing: boolean;
  error: AppErrorShape | undefined;
}

/** The Profile API of a connection while it is on: it listens, and its parts are read anew in the background. */
export class ProfileFeed {
  readonly #given: FeedParts;
  #api: ProfileApi;
  readonly #secrets: Secrets;
  readonly #running: RunningApi;
  readonly #parts: PartFeed[];
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #isAsked = true;
  #lost: AppErrorShape | undefined;

  private constructor(given: FeedParts, api: ProfileApi, secrets: Secrets, running: RunningApi) {
    this.#given = given;
    this.#api = api;
    this.#secrets = secrets;
    this.#running = running;
    this.#parts = api.parts.map((part) => ({
      part,
      triedAt: undefined,
      readAt: undefined,
      changed: undefined,
      isRefreshing: false,
      error: undefined,
    }));
  }

  /** Listens, then begins to read. @throws AppError SETTINGS_INVALID where the port is taken, and what a store throws that cannot be reached */
  static async start(given: FeedParts, api: ProfileApi, secrets: Secrets): Promise<ProfileFeed> {
    const settings = settingsOf(given, api);
    let feed: ProfileFeed | undefined = undefined;
    const running = await given.open({ settings, store: api.store, secrets }, (error) => {
      if (feed !== undefined) feed.#lose(error);
    });
    feed = new ProfileFeed(given, api, secrets, running);
    feed.#begin();
    return feed;
  }

  /** True where a change needs no new start: keys, origins and limits are taken over; a store that is signed in to anew is another one. */
  canTakeOver(next: ProfileApi, secrets = this.#secrets): boolean {
    const structure = ({ parts, identifiers, store, port }: ProfileApi, held: Secrets): string =>
      JSON.stringify({ parts, identifiers, store, port, held });
    return structure(next, secrets) === structure(this.#api, this.#secrets);
  }

  /** Takes over keys, origins and limits. */
  async takeOver(next: ProfileApi): Promise<void> {
    this.#api = next;
    await this.#running.update(settingsOf(this.#given, next));
  }

  /** Reads all parts anew, after the round that is under way. */
  refresh(): void {
    this.#isAsked = true;
    this.#look();
  }

  /** Waits until no part is read. */
  async settled(): Promise<void> {
    await this.#round;
  }

  /** How it is now. */
  async state(): Promise<ProfileApiState> {
    if (this.#lost !== undefined) return { status: 'failed', error: this.#lost, parts: [], latency: [] };
    const { parts, latency } = await this.#running.state();
    return {
      status: 'on',
      url: `http://127.0.0.1:${this.#running.port}`,
      latency: [...latency],
      parts: this.#parts.map(({ part, triedAt, changed, isRefreshing, error }, at) => {
        const told = parts[at];
        return {
          id: part.id,
          isRefreshing,
          ...(told?.asOf === undefined ? {} : { asOf: told.asOf }),
          ...(told?.customers === undefined ? {} : { customers: told.customers }),
          ...(triedAt === undefined ? {} : { triedAt }),
          ...(changed === undefined ? {} : { changed }),
          ...(error === undefined ? {} : { error }),
        };
      }),
    };
  }

  /** Ends the API: nothing of a customer is held any more. */
  async stop(): Promise<void> {
    this.#rest();
    await this.#round;
    if (this.#lost !== undefined) return;
    await this.#noteReads();
    await this.#running.stop();
  }

  #begin(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY).unref();
    this.#look();
  }

  /** The API ended by itself. */
  #lose(error: Error): void {
    this.#lost = toAppError(error).toShape();
    this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#closing.abort();
  }

  #look(): void {
    if (this.#closing.signal.aborted) return;
    void this.#noteReads().catch(() => {
      // The counts stay with the API and are taken the next time.
    });
    this.#round ??= this.#goRound().finally(() => {
      this.#round = undefined;
    });
  }

  async #noteReads(): Promise<void> {
    const { context, connectionId } = this.#given;
    const counts = await this.#running.takeReads();
    if (counts.length > 0) context.store.addProfileReads(connectionId, counts);
  }

  /** Reads the parts that are due, one after the other; forgets those that are too old. */
  async #goRound(): Promise<void> {
    if (!this.#running.isFilled) return;
    const { clock } = this.#given.context;
    const all = this.#isAsked;
    this.#isAsked = false;
    for (const [at, feed] of this.#parts.entries()) {
      if (this.#closing.signal.aborted) return;
      const isDue = feed.triedAt === undefined || this.#nextTry(feed, feed.triedAt) <= clock();
      if (all || isDue) await this.#read(at, feed);
      if (feed.readAt === undefined || addDuration(feed.readAt, this.#api.timeToLive) > clock()) continue;
      feed.readAt = undefined;
      await this.#running.forget(at);
    }
  }

  /** When a part is read again: sooner where the last time failed. */
  #nextTry({ error }: PartFeed, triedAt: Instant): Instant {
    const regular = addDuration(triedAt, this.#api.refresh);
    const soon = addDuration(triedAt, AFTER_FAILURE);
    return error !== undefined && soon < regular ? soon : regular;
  }

  async #read(at: number, feed: PartFeed): Promise<void> {
    const { context, runner, connectionId } = this.#given;
    const { signal } = this.#closing;
    feed.isRefreshing = true;
    feed.triedAt = context.clock();
    try {
      const options = { signal, tags: { profiles: feed.part.id } };
      feed.changed = await runner.run(
        connectionId,
        options,
        async ({ dialect, warehouse, asOf, options: passed }) => {
          const definitions = findDefinitions(context.store, connectionId);
          const identifiers = at === IDENTIFIER_PART ? this.#api.identifiers : [];
          const { query, told } = compileProfiles(
            { part: feed.part, identifiers, definitions, asOf },
            dialect,
          );
          const write = documentWriter(told, feed.part.audiences);
          const intake = await this.#running.begin({
            part: at,
            identifiers: identifiers.map(({ name }) => name),
          });
          try {
            const put = (rows: IntakeRows): Promise<void> =>
              feed.readAt === undefined ? intake.write(rows) : writePaced(intake, rows);
            for await (const block of warehouse.stream(query, passed))
              await writeBlock(block, told.length, write, put);
            return (await intake.commit(asOf)).changed;
          } catch (error) {
            await intake.abort();
            throw error;
          }
        },
      );
      feed.readAt = context.clock();
      feed.error = undefined;
      await this.#running.warn(at, undefined);
    } catch (error) {
      if (signal.aborted) return;
      feed.error = toAppError(error).toShape();
      await this.#running.warn(at, feed.error.message);
    } finally {
      feed.isRefreshing = false;
    }
  }
}

/** Writes a block in pieces: the columns are the customer's id, memberships, those of the part, then identifiers. */
async function writeBlock(
  { rows, columns }: RowBlock,
  told: number,
  write: ReturnType<typeof documentWriter>,
  put: (rows: IntakeRows) => Promise<void>,
): Promise<void> {
  const [ids = [], members = [], ...others] = columns;
  const values = others.slice(0, told);
  const identifiers = others.slice(told);
  const row: (string | null)[] = [];
  for (let from = 0; from < rows; from += ROWS_PER_WRITE) {
    const to = Math.min(rows, from + ROWS_PER_WRITE);
    const documents: string[] = [];
    for (let at = from; at < to; at += 1) {
      for (const [index, column] of values.entries()) row[index] = column[at] ?? null;
      documents.push(write(row, members[at] ?? ''));
    }
    await put({
      ids: ids.slice(from, to).map((id) => id ?? ''),
      documents,
      ...(identifiers.length === 0
        ? {}
        : { identifiers: identifiers.map((column) => column.slice(from, to)) }),
    });
  }
}

/** What the server is told of a definition. @throws AppError RULE_INVALID, NOT_FOUND, MODEL_MISSING */
function settingsOf({ context, runner, connectionId }: FeedParts, api: ProfileApi): ApiSettings {
  const { store, warehouses, version } = context;
  const definitions = findDefinitions(store, connectionId);
  const { dialect } = requireKind(warehouses, requireConnection(store, connectionId).kind);
  const asOf = runner.asOf(connectionId);
  return {
    port: api.port,
    parts: api.parts.map((part) => ({
      id: part.id,
      name: part.name,
      attributes: compileProfiles({ part, identifiers: [], definitions, asOf }, dialect).told.map(
        ({ name, type }) => ({ name, type: toldType(type) }),
      ),
      audiences: part.audiences.map((id) => ({
        id,
        name: definitions.audiences.find((each) => each.id === id)?.name ?? id,
      })),
    })),
    identifiers: api.identifiers.map(({ name }) => name),
    keys: api.keys,
    origins: api.origins,
    requestsPerSecond: api.requestsPerSecond,
    version,
  };
}
