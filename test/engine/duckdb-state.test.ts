import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { duckdb } from '../../electron/warehouses/duckdb.ts';
import { sample } from '../../electron/warehouses/sample.ts';
import type { OpenWarehouse } from '../../electron/warehouses/warehouse.ts';

const HOLDER = join(import.meta.dirname, '../support/hold-state.ts');
const query = (text: string) => ({ text, values: {}, columns: [] });
const count = (table: string) => query(`SELECT count(*) AS n FROM slipway_state.main.${table}`);
/** As many rows as take some seconds to write. */
const large = (table: string): string =>
  `CREATE TABLE slipway_state.main.${table} AS SELECT range AS n, sha256(CAST(range AS VARCHAR)) AS h FROM range(20000000)`;

let root = '';
let home = '';
let file = '';
const opened: OpenWarehouse[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'duckdb-state-'));
  home = join(root, 'home');
  file = join(home, 'sample', 'state-small.duckdb');
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
  for (const child of children.splice(0)) await end(child);
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function open(): Promise<OpenWarehouse> {
  const warehouse = await sample.open({ settings: {}, secrets: {}, home });
  opened.push(warehouse);
  return warehouse;
}

async function openFile(path: string, stateFile: string): Promise<OpenWarehouse> {
  const warehouse = await duckdb.open({ settings: { path, stateFile }, secrets: {}, home });
  opened.push(warehouse);
  return warehouse;
}

async function execute(warehouse: OpenWarehouse, text: string): Promise<void> {
  if (warehouse.state === undefined) throw new Error('The warehouse has no state.');
  await warehouse.state.execute(query(text));
}

/** Another process with the state of the same sample, once it has said this word. */
async function hold(text: string, word: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [HOLDER, home, text], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (part: Buffer) => {
      said += part.toString();
      if (said.includes(word)) resolve();
    });
    child.once('exit', () => {
      reject(new Error(`The process ended before it said ${word}.`));
    });
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

describe('the state of a DuckDB engine', () => {
  it('is a file that is made at the first write, and is given back when nothing uses it', async () => {
    const warehouse = await open();
    expect(await readdir(join(home, 'sample'))).not.toContain('state-small.duckdb');
    await execute(warehouse, 'CREATE TABLE slipway_state.main.kept AS SELECT range AS n FROM range(10)');
    // Another process takes it as soon as this one is idle, although both go on.
    const child = await hold('INSERT INTO slipway_state.main.kept SELECT 10', 'done');
    expect((await warehouse.query(count('kept'))).rows).toEqual([[11]]);
    expect(child.exitCode).toBeNull();
  });

  it('is used by several sessions of one process in turn', async () => {
    const warehouses = [await open(), await open(), await open()];
    await execute(warehouses[0] as OpenWarehouse, 'CREATE TABLE slipway_state.main.shared (n BIGINT)');
    for (let turn = 0; turn < 3; turn += 1) {
      await Promise.all(
        warehouses.map((each) => execute(each, `INSERT INTO slipway_state.main.shared SELECT ${turn}`)),
      );
    }
    for (const each of warehouses) expect((await each.query(count('shared'))).rows).toEqual([[9]]);
  });

  it('that another process holds is waited for, then refused with what to do', async () => {
    const warehouse = await open();
    await execute(
      warehouse,
      'CREATE TABLE slipway_state.main.texts AS SELECT CAST(range AS VARCHAR) AS t FROM range(50000)',
    );
    await warehouse.close();
    const child = await hold('SELECT t FROM slipway_state.main.texts', 'ready');
    const other = await open();
    const error: unknown = await execute(other, 'DROP TABLE slipway_state.main.texts').catch(
      (each: unknown) => each,
    );
    expect(error).toMatchObject({ code: 'TARGET_UNWRITABLE', retry: 'later', details: { path: file } });
    // What does not need it runs meanwhile.
    expect((await other.query(query('SELECT 1 AS v'))).rows).toEqual([[1]]);
    const waiting = other.query(count('texts'));
    child.stdin?.write('go on\n');
    expect((await waiting).rows).toEqual([[50_000]]);
    expect(child.exitCode).toBeNull();
  });

  it('a wait for it ends at once by a cancel or when the warehouse is closed', async () => {
    await hold('SELECT t FROM slipway_state.main.texts', 'ready');
    const other = await open();
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    await expect(other.query(count('texts'), { signal: abort.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    const waiting = expect(other.query(count('texts'))).rejects.toMatchObject({ code: 'CANCELLED' });
    await other.close();
    await waiting;
  });

  it('survives a process that is killed while it writes', async () => {
    const before = await open();
    await execute(before, 'CREATE TABLE slipway_state.main.safe AS SELECT range AS n FROM range(1000)');
    await before.close();
    for (const megabytes of [1, 10, 60]) {
      const least = (await stat(file)).size + megabytes * 1_000_000;
      const child = await hold(large('half'), 'ready');
      while ((await stat(file)).size < least) {
        expect(child.exitCode).toBeNull();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await end(child);
      const after = await open();
      expect((await after.query(count('safe'))).rows).toEqual([[1_000]]);
      await expect(after.query(count('half'))).rejects.toMatchObject({ code: 'TABLE_MISSING' });
      await execute(after, 'INSERT INTO slipway_state.main.safe SELECT 1');
      await execute(after, 'DELETE FROM slipway_state.main.safe WHERE n = 1 AND rowid >= 1000');
      await after.close();
    }
  });

  it('of a process that is killed after it has written is there', async () => {
    const child = await hold(
      'CREATE TABLE slipway_state.main.written AS SELECT range AS n FROM range(5)',
      'done',
    );
    await end(child);
    expect((await (await open()).query(count('written'))).rows).toEqual([[5]]);
  });

  it('is out of reach of statements that are no state: no other file is opened, copied or attached', async () => {
    const warehouse = await open();
    await warehouse.query(count('safe'));
    for (const text of [
      `ATTACH '${join(root, 'other.duckdb')}'`,
      `COPY slipway_state.main.safe TO '${join(root, 'stolen.csv')}'`,
      'CREATE TABLE main_db.retail.more AS SELECT 1 AS n',
      `SELECT * FROM read_text('/etc/hostname')`,
      'SET enable_external_access = true',
    ]) {
      await expect(warehouse.query(query(text)), text).rejects.toMatchObject({ code: 'QUERY_FAILED' });
    }
    expect(await readdir(root)).toEqual(['home']);
  });

  it('that is damaged is told, and left as it is', async () => {
    const folder = join(root, 'damaged');
    await mkdir(folder);
    await writeFile(join(folder, 'rows.csv'), 'id\n1\n');
    const stateFile = join(folder, 'state.duckdb');
    const bytes = Buffer.concat([(await readFile(file)).subarray(0, 3_000), Buffer.alloc(30_000, 0x5a)]);
    const middle = Buffer.from(await readFile(file)).fill(0x5a, 12_288);
    for (const content of [bytes, middle, Buffer.from('no database at all, but some text')]) {
      await writeFile(stateFile, content);
      const warehouse = await openFile(folder, stateFile);
      expect((await warehouse.query(query('SELECT id FROM files."default"."rows"'))).rows).toEqual([[1]]);
      const error: unknown = await warehouse.query(count('safe')).catch((each: unknown) => each);
      expect(error).toMatchObject({ code: 'FILE_INVALID' });
      expect(String(error)).toContain('state.duckdb');
      expect(Buffer.compare(await readFile(stateFile), content)).toBe(0);
      await warehouse.close();
    }
  });

  it('that cannot be made says why, and is not the database itself', async () => {
    const folder = join(root, 'unmade');
    await mkdir(join(folder, 'taken.duckdb'), { recursive: true });
    await writeFile(join(folder, 'rows.csv'), 'id\n1\n');
    for (const name of ['no-such-folder/state.duckdb', 'taken.duckdb']) {
      const path = join(folder, name);
      const warehouse = await openFile(folder, path);
      const act = execute(warehouse, 'CREATE TABLE slipway_state.main.t AS SELECT 1 AS n');
      await expect(act, name).rejects.toMatchObject({ code: 'TARGET_UNWRITABLE', details: { path } });
    }
    const itself = join(home, 'sample', 'retail-small-v1.duckdb');
    const settings = { path: itself, stateFile: itself };
    await expect(duckdb.open({ settings, secrets: {}, home })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      where: 'settings.stateFile',
    });
  });

  it('is told by the settings, without opening anything', () => {
    const state = { catalog: 'slipway_state', schema: 'main' };
    expect(sample.stateSchema?.({})).toEqual(state);
    expect(duckdb.stateSchema?.({ path: '/data', stateFile: '/data/state.duckdb' })).toEqual(state);
    expect(duckdb.stateSchema?.({ path: '/data' })).toBeUndefined();
    expect(duckdb.stateSchema?.({ path: '/data', stateFile: ' ' })).toBeUndefined();
  });

  it('reached through a link is the same file', async () => {
    const link = join(root, 'link');
    await symlink(join(home, 'sample'), link);
    const folder = join(root, 'linked');
    await mkdir(folder);
    await writeFile(join(folder, 'rows.csv'), 'id\n1\n');
    const [one, other] = [await open(), await openFile(folder, join(link, 'state-small.duckdb'))];
    await execute(one, 'CREATE TABLE slipway_state.main.linked AS SELECT 1 AS n');
    await execute(other, 'INSERT INTO slipway_state.main.linked SELECT 2');
    expect((await one.query(count('linked'))).rows).toEqual([[2]]);
    expect((await stat(file)).size).toBeGreaterThan(0);
  });
});
