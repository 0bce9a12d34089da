const COMMA = 0x2c;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/**
 * Whole records of CSV with another delimiter than the comma. Fields that are quoted stay so; others are quoted where they hold the new
 * delimiter, which they can do since it was not special before.
 */
export function changeDelimiter(records: Uint8Array, delimiter: string): Uint8Array {
  const next = delimiter.charCodeAt(0);
  return records.includes(next) ? requote(records, next) : replaceCommas(records, next);
}

function replaceCommas(records: Uint8Array, delimiter: number): Uint8Array {
  // Not `slice`, which for a Buffer is no copy.
  const changed = Buffer.from(records);
  let isQuoted = false;
  for (let at = 0; at < changed.length; at += 1) {
    const byte = changed[at];
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === COMMA && !isQuoted) changed[at] = delimiter;
  }
  return changed;
}

function requote(records: Uint8Array, delimiter: number): Uint8Array {
  let found = 0;
  for (const byte of records) if (byte === delimiter) found += 1;
  // At worst each of them stands alone in a field, which then gets two quotes.
  const changed = Buffer.allocUnsafe(records.length + 2 * found);
  let to = 0;
  let start = 0;
  let isQuoted = false;
  let needsQuotes = false;
  const put = (end: number): void => {
    if (needsQuotes) changed[to++] = QUOTE;
    changed.set(records.subarray(start, end), to);
    to += end - start;
    if (needsQuotes) changed[to++] = QUOTE;
    needsQuotes = false;
    start = end + 1;
  };
  for (let at = 0; at < records.length; at += 1) {
    const byte = records[at];
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (byte === COMMA) {
      put(at);
      changed[to++] = delimiter;
    } else if (byte === LINE_FEED) {
      put(at);
      changed[to++] = LINE_FEED;
    } else if (byte === delimiter) needsQuotes = true;
  }
  put(records.length);
  return changed.subarray(0, to);
}
