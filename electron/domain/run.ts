import { z } from 'zod';
import { AppErrorShape } from './app-error.ts';
import { ActivationMode } from './destination.ts';
import { Instant } from './duration.ts';

export const FileFormat = z.enum(['csv', 'jsonl', 'parquet']);
export type FileFormat = z.infer<typeof FileFormat>;

/** What every execution keeps: counts, digests and the statement; never a row, and never a bound value that a row holds. */
const common = {
  id: z.string(),
  connectionId: z.string(),
  audienceId: z.string(),
  audienceName: z.string(),
  /** The account of the operating system that started it. */
  startedBy: z.string(),
  startedAt: Instant,
  endedAt: Instant.optional(),
  /** The instant that relative windows were counted from. */
  asOf: Instant,
  sql: z.string(),
  statementId: z.string().optional(),
  /** The names of what leaves, in order. */
  columns: z.array(z.string()),
  error: AppErrorShape.optional(),
};

/** One export by hand of an audience to a file. */
export const ExportRun = z.object({
  kind: z.literal('export'),
  ...common,
  status: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
  target: z.object({ path: z.string(), format: FileFormat }),
  rows: z.number().optional(),
  bytes: z.number().optional(),
  /** SHA-256 of the file, lower-case hex. */
  digest: z.string().optional(),
});
export type ExportRun = z.infer<typeof ExportRun>;

/**
 * Counts of an activation's run, in rows. `members` meet the audience and its consent; `adds` and `removes` are to be sent, `unchanged` are
 * not; of those, `taken` by the destination, `rejected` by it or before it, `unknown` where it cannot be told; the others are still to go.
 */
export const RunCounts = z.object({
  members: z.number(),
  adds: z.number(),
  removes: z.number(),
  unchanged: z.number(),
  taken: z.number(),
  rejected: z.number(),
  unknown: z.number(),
});
export type RunCounts = z.infer<typeof RunCounts>;

/** Why a run stopped to ask a person. */
export const RunPause = z.object({ reason: z.enum(['rejected', 'change']), message: z.string() });
export type RunPause = z.infer<typeof RunPause>;

/** A file as it arrived; `sha256` of its bytes as they lie there, lower-case hex. */
export const SentFile = z.object({
  name: z.string(),
  rows: z.number(),
  bytes: z.number(),
  sha256: z.string(),
});
export type SentFile = z.infer<typeof SentFile>;

/**
 * One execution of an activation. `paused` waits for a person, `interrupted` for somebody to resume it after a crash; `incomplete` ended with
 * rows that were not taken.
 */
export const ActivationRun = z.object({
  kind: z.literal('activation'),
  ...common,
  status: z.enum(['running', 'paused', 'interrupted', 'succeeded', 'incomplete', 'failed', 'cancelled']),
  activationId: z.string(),
  activationName: z.string(),
  destinationId: z.string(),
  destinationLabel: z.string(),
  destinationKind: z.string(),
  mode: ActivationMode,
  startedFrom: z.enum(['app', 'schedule', 'command-line']),
  /** The recipes by which values are normalised and hashed, as the store keeps them. */
  recipeId: z.string(),
  /** How the rows stay the same over a crash: held in the writable schema, or read again and compared. */
  pin: z.enum(['table', 'query']),
  counts: RunCounts,
  files: z.array(SentFile).default([]),
  pause: RunPause.optional(),
  /** The guards that a person let pass in this run. */
  approved: z.array(RunPause.shape.reason).default([]),
  /** The run whose rejected rows this one tries again. */
  retryOf: z.string().optional(),
  /** The tick and step of a journey that it sends for. */
  journey: z
    .object({
      id: z.string(),
      name: z.string(),
      tick: z.number().int(),
      version: z.number().int(),
      step: z.string(),
    })
    .optional(),
});
export type ActivationRun = z.infer<typeof ActivationRun>;

/** One execution, as it stays in the ledger. */
export const Run = z.discriminatedUnion('kind', [ExportRun, ActivationRun]);
export type Run = z.infer<typeof Run>;

/** True once nothing more happens to a run by itself or by a person. */
export function hasEnded({ status }: Run): boolean {
  return status !== 'running' && status !== 'paused' && status !== 'interrupted';
}

/** One batch of a run as it stays in the ledger. */
export const RunBatch = z.object({
  /** Counted from 1 in the run. */
  number: z.number().int(),
  op: z.enum(['add', 'remove']),
  /** The recipes of its group of rows. */
  recipeId: z.string(),
  /** Positions of its first and last row in the pinned rows of the run. */
  firstSeq: z.number().int(),
  lastSeq: z.number().int(),
  rows: z.number(),
  /** Rows of it that the destination refused. */
  rejected: z.number(),
  /** UTF-8 bytes of its values. */
  bytes: z.number(),
  /** SHA-256 over its values as they leave, lower-case hex. */
  digest: z.string(),
  /**
   * `sent`: no answer yet. `waiting`: it was not taken and is sent again. `unknown`: it may have been taken. `refused`: the destination
   * refuses it as it is.
   */
  status: z.enum(['sent', 'waiting', 'taken', 'unknown', 'refused']),
  attempts: z.number().int(),
  sentAt: Instant,
  /** The request and its answer, without secrets or identifiers. */
  exchange: z
    .object({ request: z.string(), status: z.union([z.number(), z.string()]), note: z.string().optional() })
    .optional(),
  error: AppErrorShape.optional(),
});
export type RunBatch = z.infer<typeof RunBatch>;

/** A row that did not go: its position among the run's rows and why, in words without a value. */
export const RejectedRow = z.object({
  seq: z.number().int(),
  /** The field that was of no use; absent where the destination refused the row. */
  field: z.string().optional(),
  reason: z.string(),
});
export type RejectedRow = z.infer<typeof RejectedRow>;

/** Positions of the rows that a mirror adds begin here, above those of the removed ones: a position names one row of a run. Both stay below 2^53. */
export const ADDS_AFTER = 2 ** 52;

/** The place of a row among the rows of its run that are added, or that are removed; from 1. */
export function placeOf(seq: number): number {
  return seq > ADDS_AFTER ? seq - ADDS_AFTER : seq;
}
