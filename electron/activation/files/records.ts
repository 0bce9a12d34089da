const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/** Whole records, one after the other; the last of a file may lack its line feed. */
export interface Records {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** What decides where a record ends: a line feed inside the quotes of CSV does not. JSON escapes its own. */
export type RecordForm = 'csv' | 'jsonl';

/**
 * Cuts a stream into runs of whole records. Memory holds one chunk and the longest record. A quote inside quotes is doubled (RFC 4180), so
 * that each quote turns the state.
 */
export async function* readRecords(
  source: AsyncIterable<Uint8Array>,
  form: RecordForm,
): AsyncGenerator<Records, void, undefined> {
  let begun: Uint8Array[] = [];
  let isQuoted = false;
  for await (const chunk of source) {
    const scan = scanRecords(chunk, form, isQuoted);
    isQuoted = scan.isQuoted;
    if (scan.end === 0) {
      begun.push(chunk);
      continue;
    }
    const whole = chunk.subarray(0, scan.end);
    yield { bytes: begun.length === 0 ? whole : Buffer.concat([...begun, whole]), rows: scan.rows };
    begun = scan.end < chunk.length ? [chunk.subarray(scan.end)] : [];
  }
  const rest = Buffer.concat(begun);
  if (rest.length > 0) yield { bytes: rest, rows: 1 };
}

/** How many records end in these bytes, `most` of them at the most, and where the last of these does. */
function scanRecords(
  bytes: Uint8Array,
  form: RecordForm,
  startsQuoted: boolean,
  most = Number.POSITIVE_INFINITY,
): { readonly rows: number; readonly end: number; readonly isQuoted: boolean } {
  const quote = form === 'csv' ? QUOTE : -1;
  let isQuoted = startsQuoted;
  let rows = 0;
  let end = 0;
  for (let at = 0; at < bytes.length && rows < most; at += 1) {
    const byte = bytes[at];
    if (byte === quote) isQuoted = !isQuoted;
    else if (byte === LINE_FEED && !isQuoted) {
      rows += 1;
      end = at + 1;
    }
  }
  return { rows, end, isQuoted };
}

/** The first records that have room in so many bytes, and the others. At least one where `atLeastOne`, whatever its size. */
export function takeRecords(
  records: Records,
  form: RecordForm,
  room: number,
  atLeastOne: boolean,
): { readonly taken: Records | undefined; readonly left: Records | undefined } {
  const { bytes, rows } = records;
  if (bytes.length <= room) return { taken: records, left: undefined };
  let { end, rows: fitting } = scanRecords(bytes.subarray(0, Math.max(0, room)), form, false);
  if (end === 0) {
    if (!atLeastOne) return { taken: undefined, left: records };
    end = endOfFirst(bytes, form);
    fitting = 1;
  }
  return {
    taken: { bytes: bytes.subarray(0, end), rows: fitting },
    left: end === bytes.length ? undefined : { bytes: bytes.subarray(end), rows: rows - fitting },
  };
}

/** Where the first record ends, behind its line feed. */
export function endOfFirst(bytes: Uint8Array, form: RecordForm): number {
  return scanRecords(bytes, form, false, 1).end || bytes.length;
}
