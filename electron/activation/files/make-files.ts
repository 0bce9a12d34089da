import { nameFile, type FileNameValues } from '../../domain/file-name.ts';
import { changeDelimiter } from './delimiter.ts';
import { readNaming, type FileOptions } from './file-options.ts';
import { endOfFirst, readRecords, takeRecords, type RecordForm, type Records } from './records.ts';

/** A file to write: its content is read once, to its end, before the next file is asked for. */
export interface MadeFile {
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array>;
  /** Rows that were read of the content so far: all of them once it is at its end. */
  rows(): number;
}

/** What files are made of. */
export interface FileSource {
  /** One whole file as the warehouse writes it: CSV with commas, a header, quotes by RFC 4180 and line feeds; JSON Lines; Parquet. Chunks are kept past the next one, and not changed: the source must not use their memory again. */
  readonly source: AsyncIterable<Uint8Array>;
  readonly options: FileOptions;
  readonly names: FileNameValues;
  /** How many rows the source holds. Needed for Parquet, whose rows are not counted here. */
  readonly rows?: number;
}

/** Makes the files of a run, before compression: at least one, also where there is no row. */
export async function* makeFiles(from: FileSource): AsyncGenerator<MadeFile, void, undefined> {
  const { options, names, source } = from;
  const naming = readNaming(options);
  if (options.format === 'parquet') {
    const rows = from.rows ?? 0;
    yield { name: nameFile(naming, names, 1), content: source, rows: () => rows };
    return;
  }
  const form = options.format;
  const records = new RecordReader(shapeRecords(source, options), form);
  try {
    const header = form === 'csv' ? await records.takeFirst() : undefined;
    const shown = options.header ? header : undefined;
    let part = 0;
    do {
      part += 1;
      let rows = 0;
      const room = options.splitBytes === 0 ? Number.POSITIVE_INFINITY : options.splitBytes;
      async function* content(): AsyncGenerator<Uint8Array> {
        let size = shown?.length ?? 0;
        if (shown !== undefined) yield shown;
        for (;;) {
          const taken = await records.take(room - size, rows === 0);
          if (taken === undefined) return;
          rows += taken.rows;
          size += taken.bytes.length;
          yield taken.bytes;
        }
      }
      yield { name: nameFile(naming, names, part), content: content(), rows: () => rows };
    } while (await records.hasMore());
  } finally {
    records.close();
  }
}

async function* shapeRecords(
  source: AsyncIterable<Uint8Array>,
  { format, delimiter }: FileOptions,
): AsyncGenerator<Records, void, undefined> {
  const form: RecordForm = format === 'csv' ? 'csv' : 'jsonl';
  for await (const { bytes, rows } of readRecords(source, form)) {
    yield { bytes: delimiter === ',' ? bytes : changeDelimiter(bytes, delimiter), rows };
  }
}

/** Hands out records of a stream by their size. */
class RecordReader {
  readonly #source: AsyncGenerator<Records, void, undefined>;
  readonly #form: RecordForm;
  #next: Records | undefined;

  constructor(source: AsyncGenerator<Records, void, undefined>, form: RecordForm) {
    this.#source = source;
    this.#form = form;
  }

  async hasMore(): Promise<boolean> {
    while (this.#next === undefined || this.#next.bytes.length === 0) {
      const read = await this.#source.next();
      if (read.done === true) return false;
      this.#next = read.value;
    }
    return true;
  }

  /** The first record, as the header is; undefined of an empty stream. */
  async takeFirst(): Promise<Uint8Array | undefined> {
    if (!(await this.hasMore()) || this.#next === undefined) return undefined;
    const { bytes, rows } = this.#next;
    const end = endOfFirst(bytes, this.#form);
    this.#next = { bytes: bytes.subarray(end), rows: rows - 1 };
    return bytes.subarray(0, end);
  }

  /** The records that have room, as many as are at hand; undefined where none has, or none is left. */
  async take(room: number, atLeastOne: boolean): Promise<Records | undefined> {
    if (!(await this.hasMore()) || this.#next === undefined) return undefined;
    const { taken, left } = takeRecords(this.#next, this.#form, room, atLeastOne);
    this.#next = left;
    return taken;
  }

  /** Not waited for: a source that hangs would not answer. */
  close(): void {
    this.#source.return().catch(() => undefined);
  }
}
