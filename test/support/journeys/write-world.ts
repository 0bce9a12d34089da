import { type ResolvedEntity, allEntities } from '../../../electron/domain/model.ts';
import { quoteTable } from '../../../electron/sql/printer.ts';
import { duckdbDialect } from '../../../electron/warehouses/duckdb-dialect.ts';
import type { OpenWarehouse } from '../../../electron/warehouses/warehouse.ts';
import type { World } from '../oracle/evaluate.ts';
import type { Cell } from '../oracle/values.ts';

/** What writes the tables of worlds into the schema for state of a DuckDB engine: those that are not as they were before. */
export function duckdbWorldWriter({ state }: OpenWarehouse): (world: World) => Promise<void> {
  if (state === undefined) throw new Error('the warehouse may be written nowhere');
  const written = new Map<string, string>();
  return async (world) => {
    for (const entity of allEntities(world.model)) {
      const text = createTable(entity, world);
      if (written.get(entity.id) !== text) await state.execute({ text, values: {}, columns: [] });
      written.set(entity.id, text);
    }
  };
}

function createTable({ id, table, attributes }: ResolvedEntity, world: World): string {
  const rows = world.rows[id] ?? [];
  const selects = (rows.length === 0 ? [{}] : rows).map((row: Readonly<Record<string, Cell>>) => {
    const cells = attributes.map(
      ({ column, type }) => `CAST(${literal(row[column] ?? null)} AS ${type.native}) AS ${column}`,
    );
    return `SELECT ${cells.join(', ')}${rows.length === 0 ? ' WHERE false' : ''}`;
  });
  return `CREATE OR REPLACE TABLE ${quoteTable(table, duckdbDialect)} AS ${selects.join(' UNION ALL ')}`;
}

function literal(cell: Cell): string {
  if (cell === null) return 'NULL';
  switch (cell.kind) {
    case 'text':
      return `'${cell.text.replaceAll("'", "''")}'`;
    case 'boolean':
      return String(cell.truth);
    case 'date':
      return `'${cell.day}'`;
    case 'timestamp':
      return `'${new Date(cell.at).toISOString().replace('T', ' ').replace('Z', '')}'`;
    default:
      throw new Error(`no table here has a ${cell.kind}`);
  }
}
