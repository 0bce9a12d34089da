/** Writes rows as a warehouse does: quotes only where they are needed, line feeds, a doubled quote. */
export function writeCsv(rows: readonly (readonly string[])[], delimiter = ','): string {
  const field = (value: string): string =>
    /["\n\r]/.test(value) || value.includes(delimiter) ? `"${value.replaceAll('"', '""')}"` : value;
  return rows.map((row) => `${row.map(field).join(delimiter)}\n`).join('');
}

/** Reads CSV naively, letter by letter. Throws where a quoted field is cut off. */
export function readCsv(text: string, delimiter = ','): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let at = 0;
  while (at < text.length) {
    if (text[at] === '"') {
      const close = /^"((?:[^"]|"")*)"/.exec(text.slice(at));
      if (close === null) throw new Error('a quoted field is cut off');
      field += close[1]!.replaceAll('""', '"');
      at += close[0].length;
    } else if (text[at] === delimiter || text[at] === '\n') {
      row.push(field);
      field = '';
      if (text[at] === '\n') {
        rows.push(row);
        row = [];
      }
      at += 1;
    } else {
      field += text.charAt(at);
      at += 1;
    }
  }
  if (row.length > 0 || field !== '') rows.push([...row, field]);
  return rows;
}
