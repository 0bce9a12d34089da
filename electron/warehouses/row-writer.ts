import { open, rm } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { ResultColumn } from '../sql/compiled-query.ts';
import { targetUnwritable } from './target-error.ts';
import type { ExportResult, ResultValue } from './warehouse.ts';

/** One line of a CSV file: NULL is nothing, empty text a pair of quotes, nested values JSON. */
export function formatCsvRow(row: readonly ResultValue[]): string {
  return `${row.map(formatCell).join(',')}\n`;
}

function formatCell(value: ResultValue): string {
  if (value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line of a JSON Lines file: whole numbers and decimals stay exact numbers, whatever their size. */
export function formatJsonRow(columns: readonly ResultColumn[], row: readonly ResultValue[]): string {
  const fields = columns.map(({ name, type }, at) => {
    const value = row[at] ?? null;
    const isNumeric = type.kind === 'integer' || type.kind === 'decimal';
    const isExact = isNumeric && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
    return `${JSON.stringify(name)}:${isExact ? value : JSON.stringify(value)}`;
  });
  return `{${fields.join(',')}}\n`;
}

/**
 * Writes rows to a new file as they come, for engines that cannot write one themselves; a partial file is removed.
 * @throws AppError TARGET_UNWRITABLE
 */
export async function writeRows(
  path: string,
  header: string,
  chunks: AsyncIterable<readonly string[]>,
): Promise<ExportResult> {
  if (!isAbsolute(path)) throw targetUnwritable(path, 'its path is not complete');
  const file = await open(path, 'wx').catch((error: unknown) => {
    throw targetUnwritable(path, error);
  });
  let rows = 0;
  let bytes = 0;
  const write = async (text: string): Promise<void> => {
    const data = Buffer.from(text);
    await file.writeFile(data).catch((error: unknown) => {
      throw targetUnwritable(path, error);
    });
    bytes += data.length;
  };
  try {
    if (header !== '') await write(header);
    for await (const lines of chunks) {
      await write(lines.join(''));
      rows += lines.length;
    }
    await file.close();
    return { rows, bytes };
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}
