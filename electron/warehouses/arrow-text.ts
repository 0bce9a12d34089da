import { unreachable } from '../domain/app-error.ts';
import { type ArrowColumn, bitAt, decimalAt, instantAt, isMissing, longAt } from './arrow-column.ts';
import { bytesOf } from './arrow-value.ts';
import { ByteWriter } from './byte-writer.ts';
import {
  formatBytes,
  formatCsvNumber,
  formatDecimal,
  formatJsonNumber,
  writeCsvText,
  writeDay,
  writeInstant,
  writeJsonText,
} from './value-text.ts';

/** Writes one value of a column. */
type WriteCell = (row: number) => void;

const COMMA = 0x2c;
const LINE_END = 0x0a;
const QUOTE = 0x22;

/** DuckDB writes decimals of up to this many digits to JSON as it writes doubles, which hold them exactly. */
const DIGITS_OF_A_DOUBLE = 15;

/** Writes rows of a batch as CSV lines. NULL is nothing, nested values are JSON. */
export function writeCsvRows(
  out: ByteWriter,
  columns: readonly ArrowColumn[],
  start: number,
  end: number,
): void {
  const scratch = new ByteWriter();
  const cells = columns.map((column) => csvCell(out, scratch, column));
  for (let row = start; row < end; row += 1) {
    for (const write of cells) {
      write(row);
      out.byte(COMMA);
    }
    // The last comma becomes the line's end.
    if (cells.length > 0) out.length -= 1;
    out.byte(LINE_END);
  }
}

/** Writes rows of a batch as JSON lines. */
export function writeJsonRows(
  out: ByteWriter,
  names: readonly string[],
  columns: readonly ArrowColumn[],
  start: number,
  end: number,
): void {
  const cells = columns.map((column, at) => ({
    lead: Buffer.from(`${at === 0 ? '{' : ','}${jsonText(names[at] ?? '')}:`),
    write: jsonCell(out, column),
  }));
  for (let row = start; row < end; row += 1) {
    for (const { lead, write } of cells) {
      out.copy(lead, 0, lead.length);
      write(row);
    }
    out.ascii('}\n');
  }
}

/** The first line of a CSV file. */
export function formatCsvHeader(names: readonly string[]): string {
  const out = new ByteWriter();
  for (const [at, name] of names.entries()) {
    if (at > 0) out.byte(COMMA);
    const bytes = Buffer.from(name);
    writeCsvText(out, bytes, 0, bytes.length);
  }
  out.byte(LINE_END);
  return out.take().toString();
}

function csvCell(out: ByteWriter, scratch: ByteWriter, column: ArrowColumn): WriteCell {
  const write = csvValue(out, scratch, column);
  return (row) => {
    if (!isMissing(column, row)) write(row);
  };
}

function csvValue(out: ByteWriter, scratch: ByteWriter, column: ArrowColumn): WriteCell {
  switch (column.kind) {
    case 'text':
      return (row) => {
        writeCsvText(out, column.bytes, column.offsets[row] ?? 0, column.offsets[row + 1] ?? 0);
      };
    case 'float':
      return (row) => out.ascii(formatCsvNumber(column.values[row] ?? 0, column.single));
    case 'bytes':
      return (row) => {
        const text = Buffer.from(formatBytes(bytesOf(column, row)));
        writeCsvText(out, text, 0, text.length);
      };
    case 'list':
    case 'map':
    case 'struct': {
      const write = jsonCell(scratch, column);
      return (row) => {
        scratch.length = 0;
        write(row);
        writeCsvText(out, scratch.bytes, 0, scratch.length);
      };
    }
    case 'decimal':
      return (row) => writeDecimal(out, column, row);
    default:
      return plainCell(out, column);
  }
}

function jsonCell(out: ByteWriter, column: ArrowColumn): WriteCell {
  const write = jsonValue(out, column);
  return (row) => {
    if (isMissing(column, row)) out.ascii('null');
    else write(row);
  };
}

function jsonValue(out: ByteWriter, column: ArrowColumn): WriteCell {
  switch (column.kind) {
    case 'text':
      return (row) => {
        writeJsonText(out, column.bytes, column.offsets[row] ?? 0, column.offsets[row + 1] ?? 0);
      };
    case 'float':
      return (row) => out.ascii(formatJsonNumber(column.values[row] ?? 0));
    case 'decimal':
      if (column.precision > DIGITS_OF_A_DOUBLE) return (row) => writeDecimal(out, column, row);
      return (row) => {
        const exact = formatDecimal(decimalAt(column.words, row), column.scale);
        out.ascii(formatJsonNumber(Number(exact)));
      };
    case 'day':
    case 'instant': {
      const write = plainCell(out, column);
      return (row) => {
        out.byte(QUOTE);
        write(row);
        out.byte(QUOTE);
      };
    }
    case 'bytes':
      return (row) => out.ascii(JSON.stringify(formatBytes(bytesOf(column, row))));
    case 'list': {
      const write = jsonCell(out, column.element);
      return (row) => {
        const start = column.offsets[row] ?? 0;
        const end = column.offsets[row + 1] ?? 0;
        out.ascii('[');
        for (let at = start; at < end; at += 1) {
          if (at > start) out.byte(COMMA);
          write(at);
        }
        out.ascii(']');
      };
    }
    case 'map':
      return jsonMap(out, column);
    case 'struct': {
      const fields = column.fields.map(({ name, column: field }, at) => ({
        lead: Buffer.from(`${at === 0 ? '' : ','}${jsonText(name)}:`),
        write: jsonCell(out, field),
      }));
      return (row) => {
        out.ascii('{');
        for (const { lead, write } of fields) {
          out.copy(lead, 0, lead.length);
          write(row);
        }
        out.ascii('}');
      };
    }
    default:
      return plainCell(out, column);
  }
}

/** Keys of any type become the text that CSV has for them: an object of JSON has no others. */
function jsonMap(out: ByteWriter, column: ArrowColumn & { readonly kind: 'map' }): WriteCell {
  const key = new ByteWriter();
  const writeKey = column.keys.kind === 'text' ? undefined : csvValue(key, new ByteWriter(), column.keys);
  const writeText = jsonValue(out, column.keys);
  const writeValue = jsonCell(out, column.values);
  return (row) => {
    const start = column.offsets[row] ?? 0;
    const end = column.offsets[row + 1] ?? 0;
    out.ascii('{');
    for (let at = start; at < end; at += 1) {
      if (at > start) out.byte(COMMA);
      if (writeKey === undefined) writeText(at);
      else {
        key.length = 0;
        writeKey(at);
        writeJsonText(out, key.bytes, 0, key.length);
      }
      out.ascii(':');
      writeValue(at);
    }
    out.ascii('}');
  };
}

/** Values that have the same text in both formats. */
function plainCell(out: ByteWriter, column: ArrowColumn): WriteCell {
  switch (column.kind) {
    case 'boolean':
      return (row) => out.ascii(bitAt(column.bits, row) ? 'true' : 'false');
    case 'integer':
      return (row) => writeWhole(out, column.values[row] ?? 0);
    case 'long':
      return (row) => writeWhole(out, longAt(column.words, row));
    case 'day':
      return (row) => writeDay(out, column.days[row] ?? 0);
    case 'instant':
      return (row) => {
        const [days, micros] = instantAt(column, row);
        writeInstant(out, days, micros);
      };
    case 'void':
    case 'float':
    case 'decimal':
    case 'text':
    case 'bytes':
    case 'list':
    case 'map':
    case 'struct':
      return () => undefined;
    default:
      return unreachable(column);
  }
}

function writeWhole(out: ByteWriter, value: number | bigint): void {
  if (typeof value === 'bigint' || !Number.isSafeInteger(value)) {
    out.ascii(value.toString());
    return;
  }
  if (value < 0) out.ascii('-');
  out.digits(Math.abs(value));
}

function writeDecimal(
  out: ByteWriter,
  { words, scale }: ArrowColumn & { readonly kind: 'decimal' },
  row: number,
): void {
  const second = words[row * 4 + 1] ?? 0;
  const isSmall = words[row * 4 + 3] === 0 && words[row * 4 + 2] === 0 && second >= 0 && second < 0x20_0000;
  // Money is small and positive: whole numbers and parts without a bigint.
  if (!isSmall || scale <= 0 || scale > 15) {
    out.ascii(formatDecimal(decimalAt(words, row), scale));
    return;
  }
  const unscaled = second * 0x1_0000_0000 + ((words[row * 4] ?? 0) >>> 0);
  const unit = 10 ** scale;
  const whole = Math.floor(unscaled / unit);
  out.digits(whole);
  out.ascii('.');
  out.digits(unscaled - whole * unit, scale);
}

function jsonText(text: string): string {
  const out = new ByteWriter();
  const bytes = Buffer.from(text);
  writeJsonText(out, bytes, 0, bytes.length);
  return out.take().toString();
}
