import { type ColumnType, isNested } from './column-type.ts';

/** The JSON type of a value in a profile; `any` is text, a number, a list or an object. */
export type ToldType = 'string' | 'number' | 'boolean' | 'any';

/** The JSON type that values of a column are told in. Decimals, and whole numbers that a double cannot hold, are text: they stay exact. */
export function toldType(type: ColumnType): ToldType {
  if (isNested(type)) return 'any';
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'integer':
      return type.bits <= 32 ? 'number' : 'any';
    case 'float':
      return 'number';
    case 'text':
    case 'decimal':
    case 'date':
    case 'timestamp':
    case 'binary':
    case 'other':
      return 'string';
  }
}
