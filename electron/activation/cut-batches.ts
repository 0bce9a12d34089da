import { hash as digestOf } from 'node:crypto';
import type { RejectedRow } from '../domain/run.ts';
import { createPreparer, type PreparedField } from './prepare-rows.ts';

/** Rows as they come from the warehouse: their positions, ascending, and a column of texts for each field. */
export interface PositionedBlock {
  readonly positions: readonly number[];
  readonly columns: readonly (readonly (string | null)[])[];
}

/** How much a batch holds. `bytes` counts the UTF-8 of values, with `rowOverhead` for each row. */
export interface BatchLimits {
  readonly rows: number;
  readonly bytes: number;
  readonly rowOverhead: number;
}

/** A batch as it was cut: the same rows under the same limits are always cut alike. */
export interface CutBatch {
  /** Counted from 1 in its group. */
  readonly number: number;
  readonly isLast: boolean;
  readonly rows: readonly (readonly (string | null)[])[];
  /** Position of each row. */
  readonly positions: readonly number[];
  /** All positions since the batch before, with those of rows that were rejected on the way. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly bytes: number;
  /** `rows` as JSON. */
  readonly json: string;
  /** SHA-256 over `json`, lower-case hex. */
  readonly digest: string;
  /** Rows between its first and last that cannot be sent. */
  readonly rejected: readonly RejectedRow[];
}

/** What follows the last batch: rows that cannot be sent. */
export interface CutEnd {
  readonly rejected: readonly RejectedRow[];
}

/**
 * Prepares rows and cuts them into batches. Memory holds two batches: the last is known only once no row follows.
 * @param before the number of batches that were cut before these rows
 */
export async function* cutBatches(
  blocks: AsyncIterable<PositionedBlock>,
  fields: readonly PreparedField[],
  limits: BatchLimits,
  before = 0,
): AsyncGenerator<CutBatch, CutEnd, undefined> {
  const prepare = createPreparer(fields);
  let number = before;
  let open = new OpenBatch();
  let whole: Omit<CutBatch, 'isLast'> | undefined;
  for await (const { positions, columns } of blocks) {
    for (let row = 0; row < positions.length; row += 1) {
      const position = positions[row] ?? 0;
      const prepared = prepare(columns, row);
      if ('rejected' in prepared) {
        open.reject({ seq: position, ...prepared.rejected });
        continue;
      }
      const size = sizeOf(prepared.values) + limits.rowOverhead;
      if (size > limits.bytes) {
        open.reject({ seq: position, reason: 'The row is larger than a request may be.' });
        continue;
      }
      if (open.rows.length > 0 && (open.rows.length >= limits.rows || open.bytes + size > limits.bytes)) {
        if (whole !== undefined) yield { ...whole, isLast: false };
        number += 1;
        whole = open.close(number);
        open = open.next();
      }
      open.add(position, prepared.values, size);
    }
  }
  if (open.rows.length > 0) {
    if (whole !== undefined) yield { ...whole, isLast: false };
    whole = open.close(number + 1);
    open = open.next();
  }
  if (whole !== undefined) yield { ...whole, isLast: true };
  return { rejected: open.rejected };
}

class OpenBatch {
  readonly rows: (readonly (string | null)[])[] = [];
  readonly rejected: RejectedRow[] = [];
  readonly #positions: number[] = [];
  bytes = 0;

  add(position: number, values: readonly (string | null)[], size: number): void {
    this.rows.push(values);
    this.#positions.push(position);
    this.bytes += size;
  }

  reject(row: RejectedRow): void {
    this.rejected.push(row);
  }

  close(number: number): Omit<CutBatch, 'isLast'> {
    const positions = this.#positions;
    const lastSeq = positions.at(-1) ?? 0;
    const json = JSON.stringify(this.rows);
    const early = this.rejected.filter(({ seq }) => seq < lastSeq);
    return {
      number,
      rows: this.rows,
      positions,
      firstSeq: Math.min(positions[0] ?? 0, early[0]?.seq ?? Number.POSITIVE_INFINITY),
      lastSeq,
      bytes: this.bytes,
      json,
      digest: digestOf('sha256', json),
      rejected: early,
    };
  }

  /** The batch after this one, with what was rejected after its last row. */
  next(): OpenBatch {
    const lastSeq = this.#positions.at(-1) ?? 0;
    const next = new OpenBatch();
    for (const row of this.rejected) if (row.seq > lastSeq) next.reject(row);
    return next;
  }
}

function sizeOf(values: readonly (string | null)[]): number {
  let size = 0;
  for (const value of values) if (value !== null) size += Buffer.byteLength(value);
  return size;
}
