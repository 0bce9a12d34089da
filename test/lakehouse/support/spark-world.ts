import type { ColumnType } from '../../../electron/domain/column-type.ts';
import type { OpenWarehouse } from '../../../electron/warehouses/warehouse.ts';
import { moveModel } from '../../support/lakehouse/spark-model.ts';
import type { World } from '../../support/oracle/evaluate.ts';
import { type Cell, toCents } from '../../support/oracle/values.ts';

/** An entity of a model, the customer under the id that worlds have for it. */
type Described = Pick<World['model']['entities'][number], 'id' | 'table' | 'attributes'>;

/** The same world with its tables in a schema of Spark's own catalog. */
export function moveWorld(world: World, schema: string): World {
  return { ...world, model: moveModel(world.model, schema) };
}

/** Writes a moved world's tables as views over their values: a table of Delta takes seconds, a view a moment. */
export async function writeSparkWorld(world: World, warehouse: OpenWarehouse): Promise<void> {
  const { customer, entities } = world.model;
  const write = async ({ id, table, attributes }: Described): Promise<void> => {
    const rows = world.rows[id] ?? [];
    const typed = (value: string, type: ColumnType): string => `CAST(${value} AS ${sparkType(type)})`;
    const selects = (rows.length === 0 ? [{}] : rows).map((row: Readonly<Record<string, Cell>>) => {
      const cells = attributes.map(
        ({ column, type }) => `${typed(literal(row[column] ?? null), type)} AS \`${column}\``,
      );
      return `SELECT ${cells.join(', ')}${rows.length === 0 ? ' WHERE false' : ''}`;
    });
    const path = `${table.catalog}.\`${table.schema}\`.\`${table.table}\``;
    const text = `CREATE OR REPLACE VIEW ${path} AS ${selects.join(' UNION ALL ')}`;
    await warehouse.query({ text, values: {}, columns: [] });
  };
  await Promise.all([{ id: 'customer', ...customer }, ...entities].map(write));
}

function sparkType(type: ColumnType): string {
  switch (type.kind) {
    case 'text':
      return 'STRING';
    case 'integer':
      return type.bits === 64 ? 'BIGINT' : 'INT';
    case 'timestamp':
      return type.zoned ? 'TIMESTAMP' : 'TIMESTAMP_NTZ';
    case 'array':
      return `ARRAY<${sparkType(type.element)}>`;
    case 'struct':
      return `STRUCT<${type.fields.map((field) => `${field.name}: ${sparkType(field.type)}`).join(', ')}>`;
    default:
      return type.native;
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
      return `CAST('${toCents(cell.scaled)}' AS DECIMAL(38,2))`;
    case 'double':
      return `CAST('${cell.number}' AS DOUBLE)`;
    case 'date':
      return `DATE '${cell.day}'`;
    case 'timestamp':
      return `TIMESTAMP '${new Date(cell.at).toISOString()}'`;
    case 'list':
      return cell.items.length === 0
        ? 'CAST(array() AS ARRAY<STRING>)'
        : `array(${cell.items.map(quote).join(', ')})`;
    case 'struct':
      return `named_struct(${Object.entries(cell.fields)
        .map(([name, field]) => `'${name}', ${literal(field)}`)
        .join(', ')})`;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
