import { DuckDBInstance } from '@duckdb/node-api';
import { SCHEMA } from './arbitraries.ts';
import type { World } from './evaluate.ts';
import { type Cell, toCents } from './values.ts';

/** Writes a world's tables into a new DuckDB file. */
export async function writeWorld(world: World, path: string): Promise<void> {
  const instance = await DuckDBInstance.create(path, { threads: '1' });
  try {
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run(`CREATE SCHEMA ${SCHEMA}`);
    const entities = [
      { id: 'customer', attributes: world.model.customer.attributes },
      ...world.model.entities,
    ];
    for (const { id, attributes } of entities) {
      const columns = attributes.map(({ column, type }) => `${column} ${type.native}`).join(', ');
      await connection.run(`CREATE TABLE ${SCHEMA}.${id} (${columns})`);
      const rows = world.rows[id] ?? [];
      if (rows.length === 0) continue;
      const values = rows.map(
        (row) => `(${attributes.map(({ column }) => literal(row[column] ?? null)).join(', ')})`,
      );
      await connection.run(`INSERT INTO ${SCHEMA}.${id} VALUES ${values.join(', ')}`);
    }
    connection.closeSync();
  } finally {
    instance.closeSync();
  }
}

function literal(cell: Cell): string {
  if (cell === null) return 'NULL';
  switch (cell.kind) {
    case 'text':
      return quote(cell.text);
    case 'boolean':
      return String(cell.truth);
    case 'exact':
      return `'${toCents(cell.scaled)}'::DECIMAL(38,2)`;
    case 'double':
      return `'${cell.number}'::DOUBLE`;
    case 'date':
      return `DATE '${cell.day}'`;
    case 'timestamp':
      return `TIMESTAMP '${new Date(cell.at).toISOString().replace('T', ' ').replace('Z', '')}'`;
    case 'list':
      return `[${cell.items.map(quote).join(', ')}]::VARCHAR[]`;
    case 'struct':
      return `{${Object.entries(cell.fields)
        .map(([name, field]) => `'${name}': ${literal(field)}`)
        .join(', ')}}`;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
