import type { ResultValue } from '../warehouses/warehouse.ts';

/** A value as text for a cell; NULL stays null, lists and structs are JSON. */
export function showValue(value: ResultValue): string | null {
  if (value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
