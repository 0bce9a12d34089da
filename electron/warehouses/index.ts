import { AppError } from '../domain/app-error.ts';
import { databricks } from './databricks.ts';
import { duckdb } from './duckdb.ts';
import { sample } from './sample.ts';
import type { WarehouseKind } from './warehouse.ts';

/** Every kind of warehouse, in the order in which the connection form offers them. A new one is a line here. */
export const WAREHOUSES: readonly WarehouseKind[] = [sample, databricks, duckdb];

/** The kind of this name. @throws AppError SETTINGS_INVALID where there is none, such as in a workspace file from a newer app. */
export function findWarehouse(kind: string): WarehouseKind {
  const found = WAREHOUSES.find((each) => each.kind === kind);
  if (found !== undefined) return found;
  throw new AppError({
    code: 'SETTINGS_INVALID',
    message: `“${kind}” is not a kind of warehouse.`,
    help: `Use one of: ${WAREHOUSES.map((each) => each.kind).join(', ')}.`,
    retry: 'after-fix',
  });
}
