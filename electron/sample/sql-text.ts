/** A statement of the generator, with what is shown while it runs. */
export interface SampleStatement {
  readonly label: string;
  readonly sql: string;
}

/** A text constant of the generator as an SQL literal. No value from outside ever comes here. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Rows of constants as `VALUES (0, 'a'), (1, 'b') …`, numbered from 0. */
export function numberedValues(rows: readonly (readonly (string | number)[])[]): string {
  const lines = rows.map((row, index) => {
    const cells = row.map((cell) => (typeof cell === 'number' ? String(cell) : literal(cell)));
    return `(${[index, ...cells].join(', ')})`;
  });
  return `VALUES ${lines.join(', ')}`;
}

/**
 * Draws: `draw(i, salt)` is a 32-bit number, `share(i, salt)` the same in 0–1, both fixed by their arguments alone. The mixing is
 * spelled out here, because DuckDB's hash() may change with its version and the sample may not.
 */
export const DRAW_MACROS: readonly string[] = [
  `CREATE TEMP MACRO seed_draw(i, salt) AS ((CAST(i AS UBIGINT) & 4294967295) * 2654435769 + (CAST(i AS UBIGINT) >> 32) * 2246822519 + CAST(salt AS UBIGINT) * 374761393) & 4294967295`,
  `CREATE TEMP MACRO mix_once(h) AS (xor(h, h >> 16) * 2246822507) & 4294967295`,
  `CREATE TEMP MACRO mix_twice(h) AS (xor(h, h >> 13) * 3266489909) & 4294967295`,
  `CREATE TEMP MACRO draw(i, salt) AS CAST(xor(mix_twice(mix_once(seed_draw(i, salt))), mix_twice(mix_once(seed_draw(i, salt))) >> 16) AS BIGINT)`,
  `CREATE TEMP MACRO share(i, salt) AS draw(i, salt) / 4294967296.0`,
];
