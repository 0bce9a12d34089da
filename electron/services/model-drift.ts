import { AppError } from '../domain/app-error.ts';
import type { ColumnMetadata } from '../domain/catalog.ts';
import { familyOf } from '../domain/column-type.ts';
import { type CustomerModel, type ResolvedEntity, allEntities } from '../domain/model.ts';
import { formatTablePath } from '../domain/table-path.ts';
import type { ActOptions, OpenWarehouse } from '../warehouses/warehouse.ts';

const HELP = 'Refresh the catalog, then map it again on the Model page.';

/**
 * How the lakehouse has moved away from what the model says of an entity: a table or column that is gone, or a column whose values are
 * of another kind. `columns` is undefined where the table is gone.
 */
export function findDrift(
  entity: ResolvedEntity,
  columns: readonly ColumnMetadata[] | undefined,
): AppError | undefined {
  const table = formatTablePath(entity.table);
  if (columns === undefined) {
    const message = `The table ${table} of “${entity.label}” is not in the lakehouse any more, or not visible to this connection.`;
    return drift('TABLE_MISSING', message, { entity: entity.id, table });
  }
  for (const attribute of entity.attributes) {
    const facts = { entity: entity.id, table, column: attribute.column };
    const column = columns.find((each) => each.name === attribute.column);
    const named = `“${attribute.label}” of “${entity.label}” (column ${attribute.column} of ${table})`;
    if (column === undefined) return drift('COLUMN_MISSING', `${named} is not there any more.`, facts);
    if (familyOf(column.type) === familyOf(attribute.type)) continue;
    const change = `was ${attribute.type.native} and is now ${column.type.native}`;
    return drift('COLUMN_CHANGED', `${named} ${change}.`, facts);
  }
  return undefined;
}

/**
 * Compares the model with the tables as they are now.
 * @throws AppError TABLE_MISSING, COLUMN_MISSING or COLUMN_CHANGED naming the entity and the attribute
 */
export async function verifyModel(
  model: CustomerModel,
  warehouse: OpenWarehouse,
  options: ActOptions,
): Promise<void> {
  const findings = await Promise.all(
    allEntities(model).map(async (entity) => {
      try {
        return findDrift(entity, await warehouse.describeTable(entity.table, options));
      } catch (error) {
        if (error instanceof AppError && error.code === 'TABLE_MISSING') return findDrift(entity, undefined);
        throw error;
      }
    }),
  );
  const first = findings.find((finding) => finding !== undefined);
  if (first !== undefined) throw first;
}

function drift(
  code: 'TABLE_MISSING' | 'COLUMN_MISSING' | 'COLUMN_CHANGED',
  message: string,
  details: Record<string, string>,
): AppError {
  return new AppError({ code, message, help: HELP, retry: 'after-fix', details });
}
