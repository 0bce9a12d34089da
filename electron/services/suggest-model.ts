import { makeId } from '../domain/audience.ts';
import type { ColumnMetadata, TableMetadata } from '../domain/catalog.ts';
import { type ColumnType, sameKeyType } from '../domain/column-type.ts';
import type { Attribute, CustomerModel, Entity } from '../domain/model.ts';
import { CUSTOMER } from '../domain/rule.ts';
import { sameTable } from '../domain/table-path.ts';
import { guessPii, labelName } from './column-labels.ts';

/** The most entities a suggestion relates; the person adds others. */
const MOST_ENTITIES = 20;

/**
 * A first model from metadata: the customer table as chosen, and each other table that has a column of the id's name and kind, as
 * one-to-many (the readiness checks say where one-to-one would hold too). `candidates` are looked at in their order.
 */
export function suggestModel(
  customer: TableMetadata,
  idColumn: string,
  candidates: readonly TableMetadata[],
): CustomerModel {
  const idType = customer.columns.find((column) => column.name === idColumn)?.type;
  const taken = new Set<string>([CUSTOMER]);
  const entities: Entity[] = [];
  for (const table of candidates) {
    const key = findKey(table, idColumn, idType);
    if (key === undefined || sameTable(table.path, customer.path)) continue;
    const id = makeId(table.path.table, taken);
    taken.add(id);
    const timeColumn = findTimeColumn(table);
    entities.push({
      id,
      label: labelName(table.path.table),
      table: table.path,
      key: key.name,
      cardinality: 'one-to-many',
      ...(timeColumn === undefined ? {} : { timeColumn }),
      attributes: table.columns.map(suggestAttribute),
    });
    if (entities.length === MOST_ENTITIES) break;
  }
  return {
    customer: {
      label: labelName(customer.path.table),
      table: customer.path,
      idColumn,
      attributes: customer.columns.map(suggestAttribute),
    },
    entities,
    traits: [],
  };
}

function findKey(
  table: TableMetadata,
  idColumn: string,
  idType: ColumnType | undefined,
): ColumnMetadata | undefined {
  return table.columns.find(
    (column) =>
      column.name.toLowerCase() === idColumn.toLowerCase() &&
      (idType === undefined || sameKeyType(column.type, idType)),
  );
}

/** The first timestamp, else the first date: a row's own moment is more telling than a day it refers to. */
function findTimeColumn(table: TableMetadata): string | undefined {
  const first = (kind: ColumnType['kind']): ColumnMetadata | undefined =>
    table.columns.find((column) => column.type.kind === kind);
  return (first('timestamp') ?? first('date'))?.name;
}

function suggestAttribute(column: ColumnMetadata): Attribute {
  const pii = guessPii(column.name);
  return {
    column: column.name,
    label: labelName(column.name),
    type: column.type,
    ...(pii === undefined ? {} : { pii }),
  };
}
