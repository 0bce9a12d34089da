import { AppError, cancelled } from '../domain/app-error.ts';
import type { ActOptions, OpenWarehouse, Progress } from '../warehouses/warehouse.ts';
import type { ServiceContext } from './context.ts';
import { requireConnection, requireKind } from './find-definitions.ts';
import { raceAbort } from './race-abort.ts';
import { readStoredSecrets } from './stored-secrets.ts';

/** How long an unused warehouse stays open, in milliseconds. */
const IDLE = 10 * 60_000;

/** Codes after which an open warehouse is not trusted any more: the next act opens it anew. */
const LOST: ReadonlySet<string> = new Set(['HOST_UNREACHABLE', 'AUTH_FAILED', 'INTERNAL']);

/** The open warehouses, one a connection: opened at the first use, shared by all acts, closed when idle or changed. */
export interface WarehouseSessions {
  /** Runs an act on the connection's open warehouse. The act gets the options to pass on; they also end when the engine closes. */
  use<T>(
    connectionId: string,
    options: ActOptions,
    act: (warehouse: OpenWarehouse, options: ActOptions & { readonly signal: AbortSignal }) => Promise<T>,
  ): Promise<T>;
  /** Closes the connection's warehouse once its running acts end; the next act opens it with the settings of then. */
  retire(connectionId: string): void;
  /** Cancels running acts and closes every warehouse. */
  close(): Promise<void>;
}

interface Session {
  readonly opening: Promise<OpenWarehouse>;
  readonly opener: AbortController;
  readonly watchers: Set<(progress: Progress) => void>;
  users: number;
  isOpen: boolean;
  isRetired: boolean;
  idle: NodeJS.Timeout | undefined;
}

type SessionContext = Pick<ServiceContext, 'store' | 'secrets' | 'warehouses' | 'home'>;

/** Makes the sessions of an engine; `close` ends them. */
export function createWarehouseSessions(context: SessionContext): WarehouseSessions {
  const sessions = new Map<string, Session>();
  const running = new Set<Promise<unknown>>();
  const closing = new AbortController();

  const start = (connectionId: string): Session => {
    const opener = new AbortController();
    const watchers = new Set<(progress: Progress) => void>();
    const opening = openConnection(context, connectionId, {
      signal: opener.signal,
      onProgress: (progress) => watchers.forEach((watch) => watch(progress)),
    });
    const session: Session = {
      opening,
      opener,
      watchers,
      users: 0,
      isOpen: false,
      isRetired: false,
      idle: undefined,
    };
    sessions.set(connectionId, session);
    void opening.then(
      () => (session.isOpen = true),
      () => retire(connectionId, session),
    );
    return session;
  };

  const retire = (connectionId: string, session: Session): void => {
    if (sessions.get(connectionId) === session) sessions.delete(connectionId);
    if (session.isRetired) return;
    session.isRetired = true;
    if (session.users === 0) end(session);
  };

  const end = (session: Session): void => {
    clearTimeout(session.idle);
    session.opener.abort();
    void track(
      session.opening.then(
        (warehouse) => warehouse.close(),
        () => undefined,
      ),
    );
  };

  const leave = (connectionId: string, session: Session): void => {
    session.users -= 1;
    if (session.users > 0) return;
    // Nobody waits for it any more: an opening that takes minutes must not go on alone.
    if (session.isRetired) end(session);
    else if (!session.isOpen) retire(connectionId, session);
    else session.idle = setTimeout(() => retire(connectionId, session), IDLE).unref();
  };

  const track = <T>(act: Promise<T>): Promise<T> => {
    const settled: Promise<unknown> = act.then(
      () => running.delete(settled),
      () => running.delete(settled),
    );
    running.add(settled);
    return act;
  };

  const run: WarehouseSessions['use'] = async (connectionId, options, act) => {
    if (closing.signal.aborted) throw cancelled();
    const session = sessions.get(connectionId) ?? start(connectionId);
    clearTimeout(session.idle);
    session.users += 1;
    const signal = AbortSignal.any([
      closing.signal,
      ...(options.signal === undefined ? [] : [options.signal]),
    ]);
    const { onProgress } = options;
    if (onProgress !== undefined) session.watchers.add(onProgress);
    try {
      const warehouse = await raceAbort(session.opening, signal);
      if (onProgress !== undefined) session.watchers.delete(onProgress);
      return await act(warehouse, { ...options, signal });
    } catch (error) {
      if (error instanceof AppError && LOST.has(error.code)) retire(connectionId, session);
      throw nameConnection(error, connectionId);
    } finally {
      if (onProgress !== undefined) session.watchers.delete(onProgress);
      leave(connectionId, session);
    }
  };

  return {
    use: (connectionId, options, act) => track(run(connectionId, options, act)),
    retire(connectionId) {
      const session = sessions.get(connectionId);
      if (session !== undefined) retire(connectionId, session);
    },
    async close() {
      closing.abort();
      for (const [connectionId, session] of sessions) retire(connectionId, session);
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

/** A refused sign-in says which connection it was: the window leads back to the field that mends it. */
function nameConnection(error: unknown, connectionId: string): unknown {
  if (!(error instanceof AppError) || error.code !== 'AUTH_FAILED') return error;
  return new AppError({ ...error.toShape(), details: { ...error.details, connectionId } });
}

/** The owner under which a connection's secrets are kept. */
export function secretOwner(connectionId: string): string {
  return `connection:${connectionId}`;
}

async function openConnection(
  context: SessionContext,
  connectionId: string,
  options: Required<Pick<ActOptions, 'signal' | 'onProgress'>>,
): Promise<OpenWarehouse> {
  const connection = requireConnection(context.store, connectionId);
  const kind = requireKind(context.warehouses, connection.kind);
  const secrets = await readStoredSecrets(context.secrets, kind.settings, secretOwner(connectionId));
  return kind.open({ settings: connection.settings, secrets, home: context.home, ...options });
}
