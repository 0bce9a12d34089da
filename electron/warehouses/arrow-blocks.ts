import { isAscii } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfCancelled } from '../domain/app-error.ts';
import { type ArrowColumn, isMissing, unreadableResult } from './arrow-column.ts';
import type { ResultPart } from './result-part.ts';
import { notText } from './session-acts.ts';
import type { RowBlock } from './warehouse.ts';

/** Rows that are turned into texts at once: the process answers other calls in between. */
const BLOCK_ROWS = 4_000;

/** The parts of a result of which all columns are text, as blocks. @throws AppError CANCELLED, INTERNAL where a column is not text */
export async function* readArrowBlocks(
  parts: AsyncIterable<ResultPart>,
  signal: AbortSignal | undefined,
): AsyncGenerator<RowBlock> {
  for await (const part of parts) {
    if (part.rows === 0) continue;
    if (part.kind !== 'arrow') throw unreadableResult();
    for (let start = 0; start < part.rows; start += BLOCK_ROWS) {
      throwIfCancelled(signal);
      const end = Math.min(start + BLOCK_ROWS, part.rows);
      yield { rows: end - start, columns: part.columns.map((column) => readTexts(column, start, end)) };
      await nextTurn();
    }
  }
}

function readTexts(column: ArrowColumn, start: number, end: number): (string | null)[] {
  const texts = new Array<string | null>(end - start).fill(null);
  if (column.kind === 'void') return texts;
  if (column.kind !== 'text') throw notText();
  const { offsets } = column;
  const first = offsets[start] ?? 0;
  const view = new Uint8Array(
    column.bytes.buffer,
    column.bytes.byteOffset + first,
    (offsets[end] ?? 0) - first,
  );
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  // Of ASCII a byte is a character: one text is made and cut.
  const whole = isAscii(view) ? bytes.toString('latin1') : undefined;
  for (let row = start; row < end; row += 1) {
    if (isMissing(column, row)) continue;
    const from = (offsets[row] ?? 0) - first;
    const to = (offsets[row + 1] ?? 0) - first;
    texts[row - start] = whole?.substring(from, to) ?? bytes.toString('utf8', from, to);
  }
  return texts;
}
