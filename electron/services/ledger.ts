import { open } from 'node:fs/promises';
import type { ChainedEntry, LedgerCheck } from '../domain/egress.ts';
import type { ServiceContext } from './context.ts';
import {
  checkTarget,
  discardTarget,
  explainWriteFailure,
  finishTarget,
  planTarget,
} from './export-target.ts';

/** Entries are read so many at a time. */
const PAGE = 1_000;

/** The egress ledger: what left, when, where to, by whom. */
export function createLedger({ store }: ServiceContext) {
  return {
    /** The newest entries before a position, the newest first. */
    list: (before: number | undefined, limit: number): ChainedEntry[] =>
      store.listEgressBefore(before, limit),

    /** Looks through all entries. */
    verify: (): LedgerCheck => store.verifyEgress(),

    /** Writes all entries, one JSON value a line; the file appears whole or not at all. @throws AppError TARGET_UNWRITABLE */
    async export(path: string, overwrite: boolean): Promise<{ entries: number }> {
      await checkTarget(path, overwrite);
      const target = planTarget(path, `ledger-${process.pid}`);
      try {
        const entries = await writeEntries(target.partPath, store);
        await finishTarget(target, overwrite);
        return { entries };
      } catch (error) {
        await discardTarget(target);
        throw await explainWriteFailure(error, target);
      }
    },
  };
}

async function writeEntries(path: string, store: ServiceContext['store']): Promise<number> {
  const file = await open(path, 'w');
  let entries = 0;
  try {
    for (let after = 0; ;) {
      const page = store.listEgress(after, PAGE);
      await file.appendFile(page.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      entries += page.length;
      after = page.at(-1)?.position ?? after;
      if (page.length < PAGE) return entries;
    }
  } finally {
    await file.close();
  }
}
