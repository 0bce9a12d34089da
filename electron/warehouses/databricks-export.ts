import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileFormat } from '../domain/run.ts';
import type { ArrowBatch } from './arrow-batches.ts';
import { type ArrowColumn, unreadableResult } from './arrow-column.ts';
import { writeParquet } from './arrow-parquet.ts';
import { formatCsvHeader, writeCsvRows, writeJsonRows } from './arrow-text.ts';
import { ByteWriter } from './byte-writer.ts';
import type { ResultPart } from './result-part.ts';
import type { FilePart } from './row-writer.ts';

/** Rows that are turned into text at once: the process answers other calls in between. */
const SLICE_ROWS = 4_000;

/** A result to be written to a file. */
export interface ExportedResult {
  readonly names: readonly string[];
  /** The columns without their rows. */
  readonly empty: () => Promise<readonly ArrowColumn[]>;
  readonly parts: AsyncIterable<ResultPart>;
}

/** The parts of a file with a result. Memory stays bounded: two answers of the server and one part. */
export async function* exportParts(result: ExportedResult, format: FileFormat): AsyncGenerator<FilePart> {
  const { names } = result;
  const batches = arrowBatches(result.parts);
  switch (format) {
    case 'csv':
      yield { rows: 0, bytes: Buffer.from(formatCsvHeader(names)) };
      yield* textParts(batches, (out, batch, start, end) => writeCsvRows(out, batch.columns, start, end));
      return;
    case 'jsonl':
      yield* textParts(batches, (out, batch, start, end) =>
        writeJsonRows(out, names, batch.columns, start, end),
      );
      return;
    case 'parquet':
      yield* writeParquet(names, await result.empty(), batches);
  }
}

async function* arrowBatches(parts: AsyncIterable<ResultPart>): AsyncGenerator<ArrowBatch> {
  for await (const part of parts) {
    if (part.kind !== 'arrow') throw unreadableResult();
    yield part;
  }
}

async function* textParts(
  batches: AsyncIterable<ArrowBatch>,
  write: (out: ByteWriter, batch: ArrowBatch, start: number, end: number) => void,
): AsyncGenerator<FilePart> {
  const out = new ByteWriter();
  for await (const batch of batches) {
    for (let start = 0; start < batch.rows; start += SLICE_ROWS) {
      const end = Math.min(start + SLICE_ROWS, batch.rows);
      out.length = 0;
      write(out, batch, start, end);
      yield { rows: end - start, bytes: out.bytes.subarray(0, out.length) };
      await nextTurn();
    }
  }
}
