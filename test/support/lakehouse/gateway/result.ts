import { type ArrowWriter, openArrowWriter, type ResultColumn } from '../arrow/batch.ts';
import type { Chunk } from '../spark/spark-session.ts';
import {
  type FetchedResults,
  RESULT_FORMAT,
  type ResultSetMetadata,
  type RowSet,
  STATUS,
} from '../thrift/messages.ts';
import { describeColumn } from './result-types.ts';
import { sliceChunk } from './slice.ts';

/** Rows read from the engine at a time, whatever a client asks for: the gateway holds two such chunks at most. */
export const CHUNK_ROWS = 20_000;

/** Where rows come from: fewer than asked for mean that there are no more. */
export interface RowSource {
  fetch(maxRows: number): Promise<Chunk>;
}

/** How a result is sent. */
export interface ResultShape {
  readonly columns: readonly ResultColumn[];
  readonly format: 'arrow' | 'columns';
  readonly timeZone: string;
}

const OK = { statusCode: STATUS.success };

/** The rows of one operation on their way to a client. One chunk is read ahead, so that `hasMoreRows` is exact. */
export class Result {
  readonly #shape: ResultShape;
  readonly #source: RowSource;
  #arrow: ArrowWriter | undefined;
  #ahead: Promise<Chunk>;
  #current: Chunk = { columns: [], rows: 0 };
  #taken = 0;
  #offset = 0;
  #ended = false;

  constructor(shape: ResultShape, source: RowSource) {
    this.#shape = shape;
    this.#source = source;
    this.#ahead = this.#read();
  }

  /** Resolves when the first rows are there; rejects with what the engine failed on. */
  async ready(): Promise<void> {
    await this.#ahead;
  }

  /** The description of the result. */
  metadata(): ResultSetMetadata {
    const { columns, format } = this.#shape;
    return {
      status: OK,
      schema: { columns: columns.map(describeColumn) },
      resultFormat: format === 'arrow' ? RESULT_FORMAT.arrow : RESULT_FORMAT.columns,
      lz4Compressed: false,
      isStagingOperation: false,
      ...(format === 'arrow' ? { arrowSchema: this.#writer().schema } : {}),
    };
  }

  /** The next rows, at most `maxRows`. */
  async fetch(maxRows: number): Promise<FetchedResults> {
    if (this.#taken >= this.#current.rows) {
      this.#current = await this.#ahead;
      this.#taken = 0;
      this.#ahead = this.#ended ? Promise.resolve({ columns: [], rows: 0 }) : this.#read();
    }
    const end = Math.min(this.#current.rows, this.#taken + Math.max(1, maxRows));
    const chunk = sliceChunk(this.#current, this.#taken, end);
    this.#taken = end;
    const results = this.#encode(chunk);
    this.#offset += chunk.rows;
    return { status: OK, hasMoreRows: await this.#hasMore(), results };
  }

  async #hasMore(): Promise<boolean> {
    if (this.#taken < this.#current.rows) return true;
    return (await this.#ahead).rows > 0;
  }

  #read(): Promise<Chunk> {
    const reading = this.#source.fetch(CHUNK_ROWS).then((chunk) => {
      if (chunk.rows < CHUNK_ROWS) this.#ended = true;
      return chunk;
    });
    // Whoever asks for the rows gets the error; a result that is closed before is nobody's.
    reading.catch(() => undefined);
    return reading;
  }

  #writer(): ArrowWriter {
    this.#arrow ??= openArrowWriter(this.#shape.columns, this.#shape.timeZone);
    return this.#arrow;
  }

  #encode({ columns, rows }: Chunk): RowSet {
    const base = { startRowOffset: BigInt(this.#offset), rows: [] };
    if (this.#shape.format === 'columns') return { ...base, columns: [...columns] };
    if (rows === 0) return { ...base, arrowBatches: [] };
    return {
      ...base,
      arrowBatches: [{ batch: this.#writer().write(columns, rows), rowCount: BigInt(rows) }],
    };
  }
}
