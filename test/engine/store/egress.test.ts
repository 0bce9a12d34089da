import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../electron/store/open-store.ts';
import type { Store } from '../../../electron/store/store.ts';
import { makeTemporaryFolder } from '../../support/temporary-folder.ts';
import { egressEntry } from '../../support/activation-samples.ts';

const ZEROS = '0'.repeat(64);

/** The digest as the documentation states it, so that code and documentation are held to each other. */
const digest = (previous: string, document: string): string =>
  createHash('sha256').update(`${previous}\n${document}`, 'utf8').digest('hex');

/** A closed store with a ledger of five entries. */
function ledgerOfFive(): string {
  const path = join(makeTemporaryFolder(), 'slipway.db');
  const store = openStore(path);
  for (let part = 1; part <= 5; part += 1) store.appendEgress(egressEntry(`${part}`));
  store.close();
  return path;
}

function openForTest(path: string): Store {
  const store = openStore(path);
  onTestFinished(() => store.close());
  return store;
}

describe('the egress ledger', () => {
  it('is whole while it is empty', () => {
    expect(openForTest(':memory:').verifyEgress()).toEqual({ entries: 0, head: ZEROS });
  });

  it('chains each entry to the one before it by the digest that is documented', () => {
    const store = openForTest(':memory:');
    const entries = ['1', 'Größe "L"\n\u2028', '3'].map(egressEntry);
    for (const entry of entries) store.appendEgress(entry);
    let previous = ZEROS;
    for (const [at, each] of store.listEgress(0, 10).entries()) {
      const chain = digest(previous, JSON.stringify(entries[at]));
      expect(each).toEqual({ position: at + 1, entry: entries[at], previous, chain });
      previous = chain;
    }
    expect(store.verifyEgress()).toEqual({ entries: 3, head: previous });
  });

  it('is read by pages, forwards and backwards', () => {
    const store = openForTest(ledgerOfFive());
    const parts = (found: ReturnType<Store['listEgress']>): string =>
      found.map((each) => each.entry.part).join();
    expect(parts(store.listEgress(0, 2))).toBe('1,2');
    expect(parts(store.listEgress(2, 10))).toBe('3,4,5');
    expect(parts(store.listEgressBefore(undefined, 2))).toBe('5,4');
    expect(parts(store.listEgressBefore(4, 10))).toBe('3,2,1');
    expect(parts(store.listEgressBefore(1, 10))).toBe('');
  });

  it('stays when all definitions are replaced', () => {
    const store = openForTest(ledgerOfFive());
    const before = store.verifyEgress();
    store.importWorkspace(
      { version: 1, connections: [], destinations: [], models: [] },
      '2026-11-01T12:00:00.000Z',
    );
    expect(store.verifyEgress()).toEqual(before);
    expect(before.entries).toBe(5);
  });
});

/** What somebody with the file in hand may do, with where verification finds it. */
const tamperings: readonly (readonly [string, (database: BetterSqlite3.Database) => void, number, string])[] =
  [
    [
      'an entry is edited',
      (database) =>
        database.exec(
          `UPDATE egress SET document = replace(document, '"rows":10', '"rows":1') WHERE position = 3`,
        ),
      3,
      'Entry 3 was changed after it was written.',
    ],
    [
      'only the spelling of an entry is changed',
      (database) => database.exec(`UPDATE egress SET document = document || ' ' WHERE position = 3`),
      3,
      'Entry 3 was changed after it was written.',
    ],
    [
      'an entry is edited and its digest made to fit',
      (database) => rewrite(database, 3),
      4,
      'does not follow',
    ],
    [
      'a digest is edited',
      (database) => database.exec(`UPDATE egress SET chain = '${'1'.repeat(64)}' WHERE position = 5`),
      5,
      'Entry 5 was changed',
    ],
    [
      'the first entry is deleted',
      (database) => database.exec('DELETE FROM egress WHERE position = 1'),
      1,
      'missing',
    ],
    [
      'an entry is deleted',
      (database) => database.exec('DELETE FROM egress WHERE position = 3'),
      3,
      'Entry 3 is missing.',
    ],
    [
      'the last entries are deleted',
      (database) => database.exec('DELETE FROM egress WHERE position >= 4'),
      4,
      'Entry 4 is missing.',
    ],
    ['all entries are deleted', (database) => database.exec('DELETE FROM egress'), 1, 'Entry 1 is missing.'],
    [
      'an entry is deleted and the others moved up',
      (database) =>
        database.exec(
          'DELETE FROM egress WHERE position = 3; UPDATE egress SET position = position - 1 WHERE position > 3',
        ),
      3,
      'does not follow',
    ],
    [
      'two entries change places',
      (database) => swap(database, ['document', 'previous', 'chain']),
      2,
      'does not follow',
    ],
    ['the texts of two entries change places', (database) => swap(database, ['document']), 2, 'was changed'],
    [
      'an entry is put in at the end',
      (database) =>
        database.exec(
          'INSERT INTO egress (document, previous, chain) SELECT document, previous, chain FROM egress WHERE position = 5',
        ),
      6,
      'does not follow',
    ],
    [
      'an entry is put in before the first',
      (database) =>
        database.exec(
          'INSERT INTO egress SELECT 0, document, previous, chain FROM egress WHERE position = 1',
        ),
      0,
      'Entry 0 stands before the first.',
    ],
    ['an entry is put in between, digest and all', insertBetween, 4, 'does not follow'],
  ];

/** Gives an entry another text with the digest that fits it. */
function rewrite(database: BetterSqlite3.Database, position: number): void {
  database.function('digest', digest);
  database.exec(`UPDATE egress SET document = replace(document, '"rows":10', '"rows":1') WHERE position = ${position};
    UPDATE egress SET chain = digest(previous, document) WHERE position = ${position}`);
}

function swap(database: BetterSqlite3.Database, columns: readonly string[]): void {
  const set = columns.map((name) => `${name} = other.${name}`).join(', ');
  database.exec(`UPDATE egress SET ${set} FROM (SELECT * FROM egress WHERE position IN (2, 3)) AS other
    WHERE egress.position IN (2, 3) AND other.position <> egress.position`);
}

/** Puts a new entry after the second, in its chain, and moves those behind it on. */
function insertBetween(database: BetterSqlite3.Database): void {
  database.function('digest', digest);
  database.exec(`UPDATE egress SET position = -position - 1 WHERE position > 2;
    UPDATE egress SET position = -position WHERE position < 0;
    INSERT INTO egress SELECT 3, document, chain, digest(chain, document) FROM egress WHERE position = 2`);
}

describe('a ledger that was tampered with', () => {
  it.each(tamperings)('shows that %s', (_, tamper, position, message) => {
    const path = ledgerOfFive();
    const database = new BetterSqlite3(path);
    tamper(database);
    database.close();
    const { broken } = openForTest(path).verifyEgress();
    expect(broken?.position).toBe(position);
    expect(broken?.message).toContain(message);
  });

  it('still shows it after more was appended', () => {
    const path = ledgerOfFive();
    const database = new BetterSqlite3(path);
    database.exec('DELETE FROM egress WHERE position = 5');
    database.close();
    const store = openForTest(path);
    store.appendEgress(egressEntry('6'));
    expect(store.listEgressBefore(undefined, 1)[0]?.position).toBe(6);
    expect(store.verifyEgress()).toMatchObject({
      entries: 5,
      broken: { position: 5, message: 'Entry 5 is missing.' },
    });
  });

  it('has another head where everything was written anew to fit', () => {
    const path = ledgerOfFive();
    const before = openForTest(path).verifyEgress();
    const database = new BetterSqlite3(path);
    database.exec("DELETE FROM egress; DELETE FROM sqlite_sequence WHERE name = 'egress'");
    database.close();
    const store = openForTest(path);
    for (const part of ['1', '2', '4', '5']) store.appendEgress(egressEntry(part));
    const after = store.verifyEgress();
    expect(after).toEqual({ entries: 4, head: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(after.head).not.toBe(before.head);
  });
});

const APPEND = `const [opener, path, entry] = process.argv.slice(1);
const { writeSync } = require('node:fs');
import(opener).then(({ openStore }) => {
  const store = openStore(path);
  let part = 0;
  let isStopped = false;
  const append = () => {
    for (let count = 0; count < 20; count += 1) {
      part += 1;
      store.appendEgress({ ...JSON.parse(entry), who: String(process.pid), part: String(part) });
      writeSync(1, part + '\\n');
    }
    if (isStopped) process.exit();
    setImmediate(append);
  };
  process.stdin.once('data', append);
  process.stdin.once('end', () => { isStopped = true; });
  writeSync(1, 'ready\\n');
})`;

interface Appender {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  /** The number of the last entry that it said to be appended. */
  readonly last: () => number;
  readonly hasEnded: Promise<unknown>;
}

/** Another process with the store open, which appends from the first line it is sent to the end of its input, and prints each number after. */
async function startAppender(path: string): Promise<Appender> {
  const opener = fileURLToPath(new URL('../../../electron/store/open-store.ts', import.meta.url));
  const args = ['-e', APPEND, opener, path, JSON.stringify(egressEntry(''))];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout);
  const hasEnded = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  await once(lines, 'line');
  let last = 0;
  lines.on('line', (line) => (last = Number(line)));
  return { process: child, last: () => last, hasEnded };
}

describe('the egress ledger in several processes', () => {
  it('stays one chain while two append', async () => {
    const path = ledgerOfFive();
    const appenders = [await startAppender(path), await startAppender(path)];
    for (const each of appenders) each.process.stdin.write('go\n');
    // Neither ends before both have appended, so that they do it at the same time.
    while (appenders.some((each) => each.last() < 200)) {
      for (const each of appenders) expect(each.process.exitCode).toBeNull();
      await setTimeout(5);
    }
    for (const each of appenders) each.process.stdin.end();
    await Promise.all(appenders.map((each) => each.hasEnded));
    const store = openForTest(path);
    const entries = 5 + appenders.reduce((sum, each) => sum + each.last(), 0);
    expect(store.verifyEgress()).toEqual({ entries, head: store.listEgressBefore(undefined, 1)[0]?.chain });
    const appended = store.listEgress(5, entries).map((each) => each.entry);
    for (const each of appenders) {
      expect(each.process.exitCode).toBe(0);
      const own = appended.filter(({ who }) => who === String(each.process.pid));
      expect(own.map(({ part }) => Number(part))).toEqual(own.map((_, at) => at + 1));
      expect(own).toHaveLength(each.last());
    }
  });

  it('holds every entry that was appended before a process is killed', async () => {
    const path = ledgerOfFive();
    const appender = await startAppender(path);
    appender.process.stdin.write('go\n');
    while (appender.last() < 200) await setTimeout(5);
    appender.process.kill('SIGKILL');
    await appender.hasEnded;
    const { entries, broken } = openForTest(path).verifyEgress();
    expect(broken).toBeUndefined();
    expect(entries - 5).toBeGreaterThanOrEqual(appender.last());
  });
});
