import { z } from 'zod';
import { Instant } from './duration.ts';
import { AppErrorShape } from './app-error.ts';

export const FileFormat = z.enum(['csv', 'jsonl', 'parquet']);
export type FileFormat = z.infer<typeof FileFormat>;

/** One execution, as it stays in the ledger: counts, digests and the statement; never a row, and never a bound value that a row holds. */
export const Run = z.object({
  id: z.string(),
  kind: z.literal('export'),
  connectionId: z.string(),
  audienceId: z.string(),
  audienceName: z.string(),
  /** The account of the operating system that started it. */
  startedBy: z.string(),
  startedAt: Instant,
  endedAt: Instant.optional(),
  status: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
  /** The instant that relative windows were counted from. */
  asOf: Instant,
  sql: z.string(),
  statementId: z.string().optional(),
  target: z.object({ path: z.string(), format: FileFormat }),
  columns: z.array(z.string()),
  rows: z.number().optional(),
  bytes: z.number().optional(),
  /** SHA-256 of the file, lower-case hex. */
  digest: z.string().optional(),
  error: AppErrorShape.optional(),
});
export type Run = z.infer<typeof Run>;
