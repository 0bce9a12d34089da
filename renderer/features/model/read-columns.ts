import type { ColumnMetadata, TableMetadata } from '../../../electron/domain/catalog.ts';
import { AppError } from '../../../electron/domain/app-error.ts';
import { familyOf } from '../../../electron/domain/column-type.ts';
import type { Attribute } from '../../../electron/domain/model.ts';
import { type TablePath, parseTablePath } from '../../../electron/domain/table-path.ts';
import type { Choice } from '../../ui/choice.ts';

/** A column of a table, as the catalog or the model knows it. */
type TypedColumn = Pick<ColumnMetadata, 'name' | 'type'>;

/** The columns behind attributes. */
export function attributeColumns(attributes: readonly Attribute[]): TypedColumn[] {
  return attributes.map(({ column, type }) => ({ name: column, type }));
}

/** Columns as choices, with their types. */
export function columnChoices(columns: readonly TypedColumn[]): Choice[] {
  return columns.map(({ name, type }) => ({ value: name, label: name, hint: type.native }));
}

/** Columns that can say when a row happened. */
export function timeColumns(columns: readonly TypedColumn[]): TypedColumn[] {
  return columns.filter((column) => familyOf(column.type) === 'time');
}

/** The path of a typed table name, or undefined while it is none. */
export function readPath(text: string): TablePath | undefined {
  try {
    return parseTablePath(text.trim());
  } catch (cause) {
    // A name being typed is not yet a path; what is missing is said beside the field.
    if (cause instanceof AppError) return undefined;
    throw cause;
  }
}

/** How the attributes of an entity differ from its table as the catalog knows it. */
export interface Difference {
  readonly added: readonly ColumnMetadata[];
  readonly gone: readonly Attribute[];
  readonly changed: readonly Attribute[];
}

/** Compares attributes with their table. */
export function compareColumns(attributes: readonly Attribute[], table: TableMetadata): Difference {
  const columnOf = (name: string): ColumnMetadata | undefined =>
    table.columns.find((column) => column.name === name);
  return {
    added: table.columns.filter((column) => !attributes.some((each) => each.column === column.name)),
    gone: attributes.filter((each) => columnOf(each.column) === undefined),
    changed: attributes.filter((each) => {
      const type = columnOf(each.column)?.type;
      return type !== undefined && JSON.stringify(type) !== JSON.stringify(each.type);
    }),
  };
}

/** Attributes as their table has them now: labels and kinds of known columns stay, `suggested` gives those of new ones. */
export function adoptColumns(
  attributes: readonly Attribute[],
  table: TableMetadata,
  suggested: readonly Attribute[],
): Attribute[] {
  return table.columns.flatMap((column) => {
    const known = attributes.find((each) => each.column === column.name);
    if (known !== undefined) return [{ ...known, type: column.type }];
    const fresh = suggested.find((each) => each.column === column.name);
    return fresh === undefined ? [] : [fresh];
  });
}
