import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Secrets, Settings } from '../../../electron/domain/field-spec.ts';
import type { FilledProfileStore, ProfileStore } from '../../../electron/profile-api/profile-store.ts';
import { isFilled, openProfileStore } from '../../../electron/profile-api/stores.ts';
import { findPostgres, type Postgres, startPostgres } from '../../support/profile-api/postgres.ts';
import { titleWith } from '../../support/test-tools.ts';
import { describeFilledStore } from './profile-store.contract.ts';

const tool = await findPostgres();
const AS_OF = '2026-11-01T06:00:00.500Z';
const CANARY = 'canary-4711';
const DOCUMENT = `{"attributes":{"a":"${CANARY}"},"audiences":[]}`;

describe.skipIf('missing' in tool)(titleWith(tool, 'PostgreSQL'), () => {
  let server: Postgres;
  let tables = 0;

  beforeAll(async () => {
    if ('missing' in tool) return;
    server = await startPostgres(tool);
  });

  afterAll(async () => {
    if (!('missing' in tool)) await server.remove();
  });

  const settingsOf = (more: Settings = {}): { settings: Settings; secrets: Secrets } => {
    const { host, port, database, user, password } = server;
    return {
      settings: { host, port, database, user, encryption: 'off', ...more },
      secrets: { password },
    };
  };
  const newTable = (): string => {
    tables += 1;
    return `t${tables}`;
  };
  const open = (
    more: Settings,
    parts: readonly string[] = ['main'],
    identifiers: readonly string[] = ['email'],
  ): Promise<ProfileStore | FilledProfileStore> =>
    openProfileStore('postgres', { ...settingsOf(more), parts, identifiers });
  const openFilled = async (...args: Parameters<typeof open>): Promise<FilledProfileStore> => {
    const store = await open(...args);
    if (!isFilled(store)) throw new Error('This store is filled by a sync.');
    return store;
  };
  const fill = async (store: FilledProfileStore, ids: readonly string[], part = 0): Promise<void> => {
    const intake = await store.begin({ part, identifiers: part === 0 ? ['email'] : [] });
    await intake.write({
      ids,
      documents: ids.map(() => DOCUMENT),
      ...(part === 0 ? { identifiers: ids.map((id) => [`${CANARY} ${id}`]) } : {}),
    });
    await intake.commit(AS_OF);
  };

  describeFilledStore('profiles in a table that Slipway fills', {
    open: ({ parts, identifiers }) => openFilled({ table: newTable() }, parts, identifiers),
    histories: 12,
  });

  it('keeps profiles in the database, with their instants, and drops what is told no more', async () => {
    const table = newTable();
    const first = await openFilled({ table }, ['main', 'to-drop']);
    await fill(first, ['1', '2']);
    await fill(first, ['2', '3'], 1);
    await first.close();
    const second = await openFilled({ table }, ['main'], []);
    expect(second.parts()).toEqual([{ id: 'main', asOf: AS_OF, customers: 2 }]);
    expect(await second.find(['1', '3'])).toEqual([{ id: '1', parts: [DOCUMENT] }, undefined]);
    await second.close();
    expect(await server.sql(`SELECT * FROM ${table}_parts`)).toHaveLength(1);
    expect(await server.sql(`SELECT * FROM ${table} ORDER BY 1`)).toEqual([
      ['1', DOCUMENT],
      ['2', DOCUMENT],
    ]);
  });

  it('writes only the rows that differ', async () => {
    const table = newTable();
    const store = await openFilled({ table });
    await fill(store, ['1', '2', '3']);
    const versions = () => server.sql(`SELECT customer_id, xmin::text FROM ${table} ORDER BY 1`);
    const before = await versions();
    await fill(store, ['1', '2', '4']);
    await store.close();
    expect((await versions()).slice(0, 2)).toEqual(before.slice(0, 2));
  });

  it('lets one Slipway only fill a part', async () => {
    const table = newTable();
    const [first, second] = [await openFilled({ table }), await openFilled({ table })];
    const intake = await first.begin({ part: 0, identifiers: [] });
    await expect(second.begin({ part: 0, identifiers: [] })).rejects.toMatchObject({
      code: 'IN_USE',
      retry: 'later',
    });
    await intake.abort();
    await fill(second, ['1']);
    expect(await first.find(['1'])).toHaveLength(1);
    await first.close();
    await second.close();
  });

  it('does not write a table that it did not make', async () => {
    const table = newTable();
    await server.sql(`CREATE TABLE ${table} (customer_id text, precious text)`);
    await expect(open({ table })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      where: 'settings.table',
    });
    expect(await server.sql(`SELECT precious FROM ${table}`)).toEqual([]);
  });

  it('reads a synced table, with as_of as it is there', async () => {
    const table = newTable();
    await server.sql(
      `CREATE TABLE ${table} (customer_id text PRIMARY KEY, main text, next_best jsonb, email text, as_of timestamptz)`,
    );
    const store = await open({ table, filledBy: 'sync' }, ['main', 'next-best']);
    expect(isFilled(store)).toBe(false);
    expect(store.parts()[0]).toEqual({ id: 'main', asOf: undefined, customers: undefined });
    await store.close();
    await server.sql(
      `INSERT INTO ${table} VALUES ('1', '${DOCUMENT}', '{"attributes":{},"audiences":["a"]}', 'e1', '${AS_OF}'), ('2', NULL, NULL, 'e1', '${AS_OF}')`,
    );
    const filled = await open({ table, filledBy: 'sync' }, ['main', 'next-best']);
    expect(filled.parts().map(({ asOf }) => asOf)).toEqual([AS_OF, AS_OF]);
    const [found, inNoPart, unknown] = await filled.find(['1', '2', '3']);
    expect([found?.parts[0], JSON.parse(found?.parts[1] ?? '')]).toEqual([
      DOCUMENT,
      { attributes: {}, audiences: ['a'] },
    ]);
    expect([inNoPart, unknown]).toEqual([undefined, undefined]);
    expect(await filled.findIds('email', 'e1', 10)).toEqual(['1', '2']);
    await filled.close();
  });

  it.each([
    ['TABLE_MISSING', 'SELECT 1'],
    ['COLUMN_MISSING', 'CREATE TABLE $ (customer_id text, as_of timestamptz, email text)'],
    ['COLUMN_CHANGED', 'CREATE TABLE $ (customer_id bigint, as_of timestamptz, main text, email text)'],
    ['COLUMN_CHANGED', 'CREATE TABLE $ (customer_id text, as_of text, main text, email text)'],
  ])('says %s of a synced table that does not fit', async (code, create) => {
    const table = newTable();
    await server.sql(create.replace('$', table));
    await expect(open({ table, filledBy: 'sync' })).rejects.toMatchObject({ code, retry: 'after-fix' });
  });

  it('answers many at a time, each with their own', async () => {
    const store = await openFilled({ table: newTable() });
    const ids = Array.from({ length: 2_000 }, (_, at) => String(at));
    await fill(store, ids);
    const found = await Promise.all([...ids, 'nobody'].map(async (id) => store.find([id])));
    expect(found.slice(0, -1).map(([profile]) => profile?.id)).toEqual(ids);
    expect(found.at(-1)).toEqual([undefined]);
    await store.close();
  });

  it('goes on after the server was started anew, and says in between that it is not there', async () => {
    const store = await openFilled({ table: newTable() });
    await fill(store, ['1']);
    const intake = await store.begin({ part: 0, identifiers: [] });
    await server.stopServer();
    try {
      await expect(store.find(['1'])).rejects.toMatchObject({ code: 'HOST_UNREACHABLE', retry: 'later' });
      await expect(intake.write({ ids: ['2'], documents: [DOCUMENT] })).rejects.toMatchObject({
        code: 'HOST_UNREACHABLE',
      });
      await intake.abort();
      await expect(store.begin({ part: 0, identifiers: [] })).rejects.toMatchObject({
        code: 'HOST_UNREACHABLE',
      });
    } finally {
      await server.startServer();
    }
    expect(await store.find(['1'])).toEqual([{ id: '1', parts: [DOCUMENT] }]);
    await fill(store, ['2']);
    expect(await store.find(['1', '2'])).toEqual([undefined, { id: '2', parts: [DOCUMENT] }]);
    await store.close();
  });

  it('says TIMEOUT where a statement takes too long, and answers afterwards', async () => {
    const table = newTable();
    const store = await openFilled({ table });
    await fill(store, ['1']);
    const locked = server.sql(`BEGIN; LOCK TABLE ${table}; SELECT pg_sleep(7); COMMIT`);
    while ((await server.sql(`SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock'`)).length === 0);
    await expect(store.find(['1'])).rejects.toMatchObject({ code: 'TIMEOUT', retry: 'later' });
    await locked;
    expect(await store.find(['1'])).toHaveLength(1);
    await store.close();
  });

  it('verifies the certificate of the server', async () => {
    const { authorityFile } = server;
    const tls = { encryption: 'require', host: 'localhost', table: newTable() };
    await expect(open(tls)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE', where: 'settings.authority' });
    const store = await openFilled({ ...tls, authority: authorityFile });
    await fill(store, ['1']);
    expect(
      await server.sql(
        `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'Slipway' AND query LIKE '%${tls.table}%'`,
      ),
    ).toEqual([[true]]);
    await store.close();
  });

  it('refuses wrong passwords, missing rights and settings, each with its code', async () => {
    await server.sql("CREATE ROLE reader LOGIN PASSWORD 'reader'");
    const table = newTable();
    const { settings } = settingsOf({ table });
    const names = { parts: ['main'], identifiers: [] };
    const codeOf = (change: Settings, password: string) =>
      openProfileStore('postgres', {
        ...names,
        settings: { ...settings, ...change },
        secrets: { password },
      }).then(
        () => 'opened',
        (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
      );
    const { password } = server;
    expect(await codeOf({}, 'wrong')).toBe('AUTH_FAILED');
    expect(await codeOf({ user: 'reader' }, 'reader')).toBe('PERMISSION_DENIED');
    expect(await codeOf({ port: 1 }, password)).toBe('HOST_UNREACHABLE');
    expect(await codeOf({ database: 'nowhere' }, password)).toBe('SETTINGS_INVALID');
    expect(await codeOf({ schema: 'nowhere' }, password)).toBe('TABLE_MISSING');
    expect(await codeOf({ table: 'a"; DROP' }, password)).toBe('SETTINGS_INVALID');
    expect(await codeOf({ host: 'example.com' }, password)).toBe('SETTINGS_INVALID');
    expect(await codeOf({}, '')).toBe('SETTINGS_INVALID');
    await expect(open({ table }, ['email-address'], ['email_address'])).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
    });
  });

  it('quotes no value of a row in an error', async () => {
    const table = newTable();
    const store = await openFilled({ table });
    await server.sql(`ALTER TABLE ${table} ADD CHECK (main NOT LIKE '%canary%')`);
    const failure: unknown = await fill(store, [CANARY]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'QUERY_FAILED' });
    const all = (error: unknown): string =>
      error instanceof Error
        ? `${error.message} ${error.stack ?? ''} ${JSON.stringify(error)} ${all(error.cause)}`
        : String(error);
    expect(all(failure)).not.toContain('canary');
    expect(await store.find([CANARY])).toEqual([undefined]);
    // Two of the same id are refused with the id in the server's own text.
    const intake = await store.begin({ part: 0, identifiers: [] });
    const twice = await intake
      .write({ ids: [CANARY, CANARY], documents: ['{}', '{}'] })
      .catch((error: unknown) => error);
    expect(twice).toMatchObject({ code: 'QUERY_FAILED' });
    expect(all(twice)).not.toContain('canary');
    await intake.abort();
    await store.close();
  });
});
