import type { DBSQLClient } from '@databricks/sql';
import { z } from 'zod';
import { cancelled, throwIfCancelled } from '../domain/app-error.ts';
import { readAuthorities } from './databricks-authority.ts';
import { failOnCutAnswers } from './databricks-cut-answers.ts';
import { mapDatabricksError } from './databricks-error.ts';
import { requestToken } from './databricks-oauth.ts';
import { callPatiently } from './databricks-retry.ts';
import type { DatabricksAddress } from './databricks-settings.ts';
import type { DatabricksApi } from './databricks-value.ts';
import { type Limits, waitWithin } from './databricks-wait.ts';
import { unreadableResult } from './arrow-column.ts';

/** The driver's calls, one a message of the protocol. */
export type Driver = Awaited<ReturnType<DBSQLClient['getDriver']>>;
/** What the server calls a session. */
export type SessionHandle = Parameters<Driver['closeSession']>[0]['sessionHandle'];

/** An open session of a SQL warehouse. */
export interface ServerSession {
  readonly api: DatabricksApi;
  /** The messages of the protocol. */
  readonly wire: DatabricksApi['thrift']['TCLIService_types'];
  readonly driver: Driver;
  readonly handle: SessionHandle;
  /** Ends it on the server, without waiting long: a dead connection never answers. */
  close(): Promise<void>;
}

/** Told while a session opens. */
export interface OpeningWatch {
  readonly onRefusal?: (status: number) => void;
}

const CLOSE_WITHIN_MS = 2_000;
/** The newest protocol that the driver speaks, as `TProtocolVersion.SPARK_CLI_SERVICE_PROTOCOL_V8` numbers it. */
const PROTOCOL = 0xa508;

const Status = z.object({
  statusCode: z.number(),
  sqlState: z.string().nullish(),
  errorMessage: z.string().nullish(),
  displayMessage: z.string().nullish(),
});
const SUCCESS = new Set([0, 1, 2]);
const INVALID_HANDLE = 4;

/** A failure that the server reports in an answer. `isHandleLost`: the session or statement is not known there any more. */
export class ServerFailure extends Error {
  readonly response: { readonly sqlState: string | undefined; readonly displayMessage: string };
  readonly isHandleLost: boolean;

  constructor(text: string, sqlState: string | undefined, isHandleLost: boolean) {
    super('the server reports a failure');
    this.response = { sqlState, displayMessage: text };
    this.isHandleLost = isHandleLost;
  }
}

/** Refuses an answer that reports a failure, or is none. @throws ServerFailure, AppError */
export function assertSuccess(status: unknown): void {
  const parsed = Status.safeParse(status);
  if (!parsed.success) throw unreadableResult();
  const { statusCode, sqlState, errorMessage, displayMessage } = parsed.data;
  if (SUCCESS.has(statusCode)) return;
  const text = displayMessage ?? errorMessage ?? '';
  const isHandleLost =
    statusCode === INVALID_HANDLE ||
    /invalid (session|operation) ?handle|INVALID_(SESSION|OPERATION)_?HANDLE|session .{0,60}(closed|expired|does not exist|not found)/i.test(
      `${text} ${errorMessage ?? ''}`,
    );
  throw new ServerFailure(text, sqlState ?? undefined, isHandleLost);
}

/** One session of a SQL warehouse: opened at the first use, shared by all acts, opened anew when it is lost. */
export class DatabricksConnection {
  readonly #address: DatabricksAddress;
  readonly #limits: Limits;
  readonly #prepare: (session: ServerSession, signal: AbortSignal) => Promise<void>;
  readonly #watches = new Set<OpeningWatch>();
  #opening: { readonly session: Promise<ServerSession>; readonly abort: AbortController } | undefined;
  #waiting = 0;

  /** `prepare` is done once with each session before anybody else uses it. */
  constructor(
    address: DatabricksAddress,
    limits: Limits,
    prepare: (session: ServerSession, signal: AbortSignal) => Promise<void>,
  ) {
    this.#address = address;
    this.#limits = limits;
    this.#prepare = prepare;
  }

  /** The open session. Opening ends when nobody waits for it any more. @throws AppError */
  async use(signal: AbortSignal | undefined, watch: OpeningWatch = {}): Promise<ServerSession> {
    const opening = (this.#opening ??= this.#start());
    this.#watches.add(watch);
    this.#waiting += 1;
    try {
      return await waitWithin(opening.session, this.#limits.session, signal);
    } catch (error) {
      // The next act tries anew: a warehouse that was starting may be up by then.
      if (this.#waiting === 1) this.#drop(opening);
      throw error;
    } finally {
      this.#waiting -= 1;
      this.#watches.delete(watch);
    }
  }

  /** Forgets a session that the server has lost; the next use opens another. */
  async forget(session: ServerSession): Promise<void> {
    const opening = this.#opening;
    if (opening === undefined || (await opening.session.catch(() => undefined)) !== session) return;
    if (this.#opening === opening) this.#opening = undefined;
    await session.close();
  }

  /** Ends the session. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    opening?.abort.abort();
    const session = await opening?.session.catch(() => undefined);
    await session?.close();
  }

  #drop(opening: { readonly session: Promise<ServerSession>; readonly abort: AbortController }): void {
    if (this.#opening === opening) this.#opening = undefined;
    opening.abort.abort();
    opening.session.then(
      (late) => late.close(),
      () => undefined,
    );
  }

  #start(): { readonly session: Promise<ServerSession>; readonly abort: AbortController } {
    const abort = new AbortController();
    const session = this.#open(abort.signal).catch(async (error: unknown) => {
      throw abort.signal.aborted ? cancelled() : await mapDatabricksError(error, this.#address);
    });
    session.catch(() => undefined);
    return { session, abort };
  }

  async #open(signal: AbortSignal): Promise<ServerSession> {
    const { api, client } = await connectClient(this.#address);
    const driver = await client.getDriver();
    const wire = api.thrift.TCLIService_types;
    const request = new wire.TOpenSessionReq({
      client_protocol_i64: PROTOCOL,
      configuration: { TIMEZONE: 'UTC' },
      canUseMultipleCatalogs: true,
    });
    const answer = await callPatiently(
      () => waitWithin(driver.openSession(request), this.#limits.session, signal),
      {
        within: this.#limits.session,
        attempts: Number.POSITIVE_INFINITY,
        isRepeatable: false,
        signal,
        onRefusal: (status) => this.#watches.forEach((watch) => watch.onRefusal?.(status)),
      },
    );
    assertSuccess(answer.status);
    const handle = answer.sessionHandle;
    if (handle == null) throw unreadableResult();
    const close = async (): Promise<void> => {
      const closing = driver
        .closeSession(new wire.TCloseSessionReq({ sessionHandle: handle }))
        .then(() => client.close());
      // Whether the server still answers does not matter any more.
      await waitWithin(closing, CLOSE_WITHIN_MS, undefined).catch(() => undefined);
    };
    const session = { api, wire, driver, handle, close };
    try {
      throwIfCancelled(signal);
      await this.#prepare(session, signal);
      return session;
    } catch (error) {
      await close();
      throw error;
    }
  }
}

/** Loads the driver and gives it the address; nothing is sent yet. */
async function connectClient(
  address: DatabricksAddress,
): Promise<{ api: DatabricksApi; client: DBSQLClient }> {
  const { host, port, path, credentials } = address;
  const authorities = await readAuthorities(address);
  const api = await import('@databricks/sql');
  // The driver's own logger writes to the terminal.
  const client = new api.DBSQLClient({ logger: { log: () => undefined } });
  const reach = {
    host,
    port,
    path,
    userAgentEntry: 'Slipway',
    telemetryEnabled: false,
    ...(authorities === undefined ? {} : { customCaCert: authorities.own }),
  };
  if (credentials.kind === 'token') await client.connect({ ...reach, token: credentials.token });
  else {
    const getToken = async () => {
      const { token, seconds } = await requestToken(address, credentials, authorities?.all);
      return new api.auth.Token(token, { expiresAt: new Date(Date.now() + seconds * 1000) });
    };
    const tokenProvider = { getToken, getName: () => 'client credentials' };
    await client.connect({ ...reach, authType: 'token-provider', tokenProvider });
  }
  await failOnCutAnswers(client);
  return { api, client };
}
