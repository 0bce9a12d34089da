import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { AppError } from '../../../electron/domain/app-error.ts';
import { createSessionSecrets } from '../../../electron/keychain/session-secrets.ts';
import {
  type WarehouseSessions,
  createWarehouseSessions,
} from '../../../electron/services/warehouse-sessions.ts';
import { openStore } from '../../../electron/store/open-store.ts';
import { sample } from '../../../electron/warehouses/sample.ts';
import type { OpenContext, OpenWarehouse } from '../../../electron/warehouses/warehouse.ts';
import { failureOf } from '../../support/engine.ts';

let opened: OpenContext[];
let closed: number;
let fail: AppError | undefined;
let release: (() => void) | undefined;
let sessions: WarehouseSessions;

const lost = new AppError({ code: 'HOST_UNREACHABLE', message: 'Gone.', help: 'Wait.', retry: 'later' });

/** A warehouse that only counts how often it is opened and closed: what an open one does is not asked here. */
function countingWarehouse(): OpenWarehouse {
  const refuse = (): never => {
    throw new Error('not asked');
  };
  return {
    test: refuse,
    discover: refuse,
    describeTable: refuse,
    countRows: refuse,
    query: refuse,
    stream: refuse,
    exportFile: refuse,
    close: async () => {
      closed += 1;
    },
  };
}

beforeEach(() => {
  opened = [];
  closed = 0;
  fail = undefined;
  release = undefined;
  const store = openStore(':memory:');
  store.saveConnection({ id: 'shop', label: 'Shop', kind: 'sample', settings: {} });
  const open = async (context: OpenContext): Promise<OpenWarehouse> => {
    opened.push(context);
    if (release !== undefined) await new Promise<void>((resolve) => (release = resolve));
    if (fail !== undefined) throw fail;
    return countingWarehouse();
  };
  sessions = createWarehouseSessions({
    store,
    secrets: createSessionSecrets(),
    warehouses: [{ ...sample, open }],
    home: '/home',
  });
  onTestFinished(async () => {
    await sessions.close();
    store.close();
  });
});
const use = (options = {}): Promise<string> => sessions.use('shop', options, () => Promise.resolve('used'));

describe('the sessions', () => {
  it('open a warehouse once for all acts, those at the same time too', async () => {
    await Promise.all([use(), use()]);
    await use();
    expect(opened).toHaveLength(1);
    await sessions.close();
    expect(closed).toBe(1);
    expect((await failureOf(() => use())).code).toBe('CANCELLED');
  });

  it('try again after an opening that failed', async () => {
    fail = lost;
    expect(await failureOf(() => use())).toBe(lost);
    fail = undefined;
    expect(await use()).toBe('used');
    expect(opened).toHaveLength(2);
  });

  it('open anew once settings changed, and close the old when its acts end', async () => {
    let end: () => void = () => undefined;
    const running = sessions.use('shop', {}, () => new Promise<void>((resolve) => (end = resolve)));
    await vi.waitFor(() => expect(opened).toHaveLength(1), 10_000);
    sessions.retire('shop');
    await use();
    expect(opened).toHaveLength(2);
    expect(closed).toBe(0);
    end();
    await running;
    await vi.waitFor(() => expect(closed).toBe(1), 10_000);
  });

  it('open anew after the warehouse was lost', async () => {
    await failureOf(() => sessions.use('shop', {}, () => Promise.reject(lost)));
    await vi.waitFor(() => expect(closed).toBe(1), 10_000);
    await use();
    expect(opened).toHaveLength(2);
  });

  it('say which connection a refused sign-in belongs to, and open anew after it', async () => {
    const shape = { message: 'Refused.', help: 'Type it anew.', retry: 'after-fix' } as const;
    const refused = new AppError({ code: 'AUTH_FAILED', ...shape, where: 'settings.token' });
    fail = refused;
    const failure = await failureOf(() => use());
    expect(failure).toMatchObject({
      code: 'AUTH_FAILED',
      where: 'settings.token',
      details: { connectionId: 'shop' },
    });
    fail = undefined;
    const inUse = await failureOf(() => sessions.use('shop', {}, () => Promise.reject(refused)));
    expect(inUse.details).toEqual({ connectionId: 'shop' });
    await use();
    expect(opened).toHaveLength(3);
  });

  it('let one caller leave an opening that others wait for, and end one that nobody waits for', async () => {
    release = () => undefined;
    const leaving = new AbortController();
    const stays = use();
    const leaves = use({ signal: leaving.signal });
    await vi.waitFor(() => expect(opened).toHaveLength(1), 10_000);
    leaving.abort();
    expect((await failureOf(() => leaves)).code).toBe('CANCELLED');
    expect(opened[0]?.signal?.aborted).toBe(false);
    release();
    expect(await stays).toBe('used');

    sessions.retire('shop');
    release = () => undefined;
    const alone = new AbortController();
    const waits = use({ signal: alone.signal });
    await vi.waitFor(() => expect(opened).toHaveLength(2), 10_000);
    alone.abort();
    await failureOf(() => waits);
    expect(opened[1]?.signal?.aborted).toBe(true);
    release();
  });

  it('close a warehouse that was not used for ten minutes', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    await use();
    await vi.advanceTimersByTimeAsync(9 * 60_000);
    await use();
    await vi.advanceTimersByTimeAsync(9 * 60_000);
    expect(closed).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(closed).toBe(1);
  });
});
