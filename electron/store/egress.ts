import type BetterSqlite3 from 'better-sqlite3';
import { type ChainedEntry, EgressEntry, type LedgerCheck } from '../domain/egress.ts';
import { CHAIN_START, chainDigest } from './chain.ts';
import { readDocument } from './document.ts';
import type { Store } from './store.ts';

type EgressPart = Pick<Store, 'appendEgress' | 'listEgress' | 'listEgressBefore' | 'verifyEgress'>;

interface EgressRow {
  position: number;
  document: string;
  previous: string;
  chain: string;
}

/** The egress ledger: entries in a chain of digests, only ever appended to. */
export function createEgress(database: BetterSqlite3.Database): EgressPart {
  const last = database.prepare<[], { chain: string }>(
    'SELECT chain FROM egress ORDER BY position DESC LIMIT 1',
  );
  const add = database.prepare<[string, string, string]>(
    'INSERT INTO egress (document, previous, chain) VALUES (?, ?, ?)',
  );
  const following = database.prepare<[number, number], EgressRow>(
    'SELECT position, document, previous, chain FROM egress WHERE position > ? ORDER BY position LIMIT ?',
  );
  const preceding = database.prepare<[number | null, number], EgressRow>(
    `SELECT position, document, previous, chain FROM egress
     WHERE position < coalesce(?, 9223372036854775807) ORDER BY position DESC LIMIT ?`,
  );
  const all = database.prepare<[], EgressRow>(
    'SELECT position, document, previous, chain FROM egress ORDER BY position',
  );
  // SQLite counts on after entries are deleted, so that entries missing at the end show, unless that count was changed too.
  const counted = database.prepare<[], { seq: number }>(
    "SELECT seq FROM sqlite_sequence WHERE name = 'egress'",
  );

  const append = database.transaction((entry: EgressEntry) => {
    const previous = last.get()?.chain ?? CHAIN_START;
    const document = JSON.stringify(entry);
    add.run(document, previous, chainDigest(previous, document));
  });

  return {
    // The last digest is read under the lock for writing: of two processes, neither can append to what the other has followed.
    appendEgress: (entry) => append.immediate(entry),
    listEgress: (after, limit) => following.all(after, limit).map(readEntry),
    listEgressBefore: (before, limit) => preceding.all(before ?? null, limit).map(readEntry),
    // One transaction, so that entries and their count are of one moment.
    verifyEgress: database.transaction((): LedgerCheck => {
      let entries = 0;
      let head = CHAIN_START;
      let broken: LedgerCheck['broken'];
      for (const row of all.iterate()) {
        broken ??= findBreak(row, entries + 1, head);
        entries += 1;
        head = row.chain;
      }
      if ((counted.get()?.seq ?? 0) > entries) broken ??= missing(entries + 1);
      return { entries, head, ...(broken === undefined ? {} : { broken }) };
    }),
  };
}

function readEntry({ document, ...place }: EgressRow): ChainedEntry {
  return { ...place, entry: readDocument(EgressEntry, document, 'entry of the egress ledger') };
}

/** Why a row is not the entry that was written at the expected position, after the entry whose digest is `head`. */
function findBreak(row: EgressRow, expected: number, head: string): LedgerCheck['broken'] {
  const { position, document, previous, chain } = row;
  if (position > expected) return missing(expected);
  if (position < expected) return { position, message: `Entry ${position} stands before the first.` };
  if (previous !== head) {
    const message = `Entry ${position} does not follow the entry before it: one was put in, left out, moved or replaced.`;
    return { position, message };
  }
  if (chain === chainDigest(previous, document)) return undefined;
  return { position, message: `Entry ${position} was changed after it was written.` };
}

function missing(position: number): LedgerCheck['broken'] {
  return { position, message: `Entry ${position} is missing.` };
}
