import { z } from 'zod';
import { Instant } from './duration.ts';

/**
 * One departure of data, written before its first byte leaves (of a file, whose digest is known only at its end, once before and once after).
 * No row, no value.
 */
export const EgressEntry = z.object({
  at: Instant,
  /** The account of the operating system. */
  who: z.string(),
  runId: z.string(),
  what: z.enum(['batch', 'file-begun', 'file', 'export']),
  /** The batch's number and attempt, or the file's name. */
  part: z.string(),
  /** The destination's label and kind, or the folder of an export. */
  destination: z.string(),
  columns: z.array(z.string()),
  /** How values were normalised and hashed, one text a column; empty where they left as they are. */
  recipes: z.array(z.string()),
  rows: z.number(),
  bytes: z.number(),
  /** SHA-256 of what left, lower-case hex; empty while it is not known. */
  digest: z.string(),
  statementId: z.string().optional(),
});
export type EgressEntry = z.infer<typeof EgressEntry>;

/** An entry in its place. `chain` is SHA-256 over `previous` and the entry's JSON, so that no entry can be changed or left out unseen. */
export const ChainedEntry = z.object({
  position: z.number().int(),
  entry: EgressEntry,
  previous: z.string(),
  chain: z.string(),
});
export type ChainedEntry = z.infer<typeof ChainedEntry>;

/** What a look through the whole ledger found. */
export const LedgerCheck = z.object({
  entries: z.number(),
  /** The digest of the last entry: who wrote it down elsewhere sees whether entries at the end were removed. */
  head: z.string(),
  /** The first position that does not fit, and why; absent where all fit. */
  broken: z.object({ position: z.number(), message: z.string() }).optional(),
});
export type LedgerCheck = z.infer<typeof LedgerCheck>;
