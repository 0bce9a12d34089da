import { BIGINT, TEXT } from '../domain/column-type.ts';
import { type CustomerModel, type ResolvedEntity, findAttribute } from '../domain/model.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { column } from './expression.ts';
import { printQuery, quoteIdentifier, quoteTable } from './printer.ts';

/** The values that occur most often in a column, as text, with how often: columns `value`, `rows`. */
export function compileColumnValues(
  entity: ResolvedEntity,
  name: string,
  dialect: Dialect,
  limit: number,
): CompiledQuery {
  const type = findAttribute(entity, name)?.type;
  const read = column(name);
  return printQuery(
    {
      columns: [
        {
          expression: type?.kind === 'text' ? read : { kind: 'cast', of: read, to: { type: 'text' } },
          as: 'value',
        },
        { expression: { kind: 'aggregate', name: 'count', of: '*' }, as: 'rows' },
      ],
      from: { kind: 'table', path: entity.table },
      where: { kind: 'is-null', of: read, negated: true },
      groupBy: [1],
      orderBy: [{ by: 2, descending: true }, { by: 1 }],
      limit,
    },
    dialect,
    [
      { name: 'value', type: TEXT },
      { name: 'rows', type: BIGINT },
    ],
  );
}

/**
 * The view an IT team would create so that the customer table carries `customer_id` under the model's names: text to copy, never run
 * by the app. Hidden attributes are left out.
 */
export function compileCustomerView(model: CustomerModel, dialect: Dialect): string {
  const { table, idColumn, attributes } = model.customer;
  const quote = (name: string): string => quoteIdentifier(name, dialect);
  const columns = attributes
    .filter((attribute) => attribute.column !== idColumn && attribute.column !== 'customer_id')
    .filter((attribute) => attribute.hidden !== true)
    .map((attribute) => `  ${quote(attribute.column)}`);
  const id =
    idColumn === 'customer_id' ? `  ${quote(idColumn)}` : `  ${quote(idColumn)} AS ${quote('customer_id')}`;
  const view = { ...table, table: `${table.table}_customers` };
  return [
    `CREATE VIEW ${quoteTable(view, dialect)} AS`,
    'SELECT',
    [id, ...columns].join(',\n'),
    `FROM ${quoteTable(table, dialect)}`,
    `WHERE ${quote(idColumn)} IS NOT NULL;`,
  ].join('\n');
}
