import { BIGINT, type ColumnType, sameKeyType } from '../domain/column-type.ts';
import { type CustomerModel, findAttribute, findEntity, idType } from '../domain/model.ts';
import type { ReadinessCheck } from '../domain/readiness.ts';
import { CUSTOMER } from '../domain/rule.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { type Expression, all, column, compare } from './expression.ts';
import { printQuery } from './printer.ts';
import { KEY } from './scan-select.ts';
import type { Select } from './select.ts';

/** One pushed-down question about a part of the model. `where` is its path in the model. */
export interface ReadinessQuery {
  readonly entity: string;
  readonly where: string;
  readonly query: CompiledQuery;
}

/** One query for the customer and one for each entity: rows, rows without a key, distinct keys, and keys that no customer has. */
export function compileReadiness(model: CustomerModel, dialect: Dialect): ReadinessQuery[] {
  const customer: ReadinessQuery = {
    entity: CUSTOMER,
    where: 'customer',
    query: printQuery(customerQuery(model), dialect, countColumns(['rows', 'without_id', 'distinct_ids'])),
  };
  const entities = model.entities.map((entity, at) => ({
    entity: entity.id,
    where: `entities[${at}]`,
    query: printQuery(
      entityQuery(model, entity.id),
      dialect,
      countColumns(['rows', 'without_key', 'distinct_keys', 'orphans']),
    ),
  }));
  return [customer, ...entities];
}

function countColumns(names: readonly string[]): { name: string; type: ColumnType }[] {
  return names.map((name) => ({ name, type: BIGINT }));
}

function count(of: Expression | '*', options: { distinct?: boolean; filter?: Expression } = {}): Expression {
  return { kind: 'aggregate', name: 'count', of, ...options };
}

function customerQuery(model: CustomerModel): Select {
  const id = column(model.customer.idColumn);
  return {
    columns: [
      { expression: count('*'), as: 'rows' },
      { expression: count('*', { filter: { kind: 'is-null', of: id, negated: false } }), as: 'without_id' },
      { expression: count(id, { distinct: true }), as: 'distinct_ids' },
    ],
    from: { kind: 'table', path: model.customer.table },
  };
}

function entityQuery(model: CustomerModel, id: string): Select {
  const entity = findEntity(model, id);
  const { table, idColumn } = model.customer;
  const keyType = entity === undefined ? undefined : findAttribute(entity, entity.key)?.type;
  const castKeys = keyType !== undefined && !sameKeyType(keyType, idType(model) ?? keyType);
  const cast = (of: Expression): Expression => (castKeys ? { kind: 'cast', of, to: { type: 'text' } } : of);
  const key = column('entity_key', 'rows_by_key');
  const missing: Expression = { kind: 'is-null', of: column(KEY, 'customers'), negated: false };
  const sumOf = (filter?: Expression): Expression => ({
    kind: 'call',
    name: 'coalesce',
    args: [
      {
        kind: 'aggregate',
        name: 'sum',
        of: column('key_rows', 'rows_by_key'),
        ...(filter === undefined ? {} : { filter }),
      },
      { kind: 'literal', value: 0 },
    ],
  });
  return {
    with: [
      {
        name: 'rows_by_key',
        query: {
          columns: [
            { expression: cast(column(entity?.key ?? '')), as: 'entity_key' },
            { expression: count('*'), as: 'key_rows' },
          ],
          from: { kind: 'table', path: entity?.table ?? table },
          groupBy: [1],
        },
      },
      {
        name: 'customers',
        query: {
          distinct: true,
          columns: [{ expression: cast(column(idColumn)), as: KEY }],
          from: { kind: 'table', path: table },
          where: { kind: 'is-null', of: column(idColumn), negated: true },
        },
      },
    ],
    columns: [
      { expression: sumOf(), as: 'rows' },
      { expression: sumOf({ kind: 'is-null', of: key, negated: false }), as: 'without_key' },
      { expression: count(key), as: 'distinct_keys' },
      { expression: sumOf(all([{ kind: 'is-null', of: key, negated: true }, missing])), as: 'orphans' },
    ],
    from: { kind: 'named', name: 'rows_by_key' },
    joins: [
      {
        kind: 'LEFT',
        relation: { kind: 'named', name: 'customers' },
        on: compare(key, '=', column(KEY, 'customers')),
      },
    ],
  };
}

/** Reads the answer of one {@link ReadinessQuery} as checks. */
export function readReadiness(
  model: CustomerModel,
  asked: ReadinessQuery,
  row: readonly unknown[],
): ReadinessCheck[] {
  const entity = findEntity(model, asked.entity);
  const label = entity?.label ?? asked.entity;
  const [rows = 0, withoutKey = 0, distinct = 0, orphans = 0] = row.map(Number);
  const check = (
    name: string,
    checkLabel: string,
    speakingAgainst: number,
    texts: { good: string; bad: string; help: string },
    failing: 'failed' | 'warning',
  ): ReadinessCheck => ({
    id: `${asked.where}.${name}`,
    where: asked.where,
    label: checkLabel,
    status: speakingAgainst === 0 ? 'passed' : failing,
    count: speakingAgainst,
    message: speakingAgainst === 0 ? texts.good : texts.bad,
    ...(speakingAgainst === 0 ? {} : { help: texts.help }),
  });
  const duplicates = rows - withoutKey - distinct;
  const key = entity?.key ?? '';
  const rowsWord = (number: number): string =>
    `${number.toLocaleString('en-US')} ${number === 1 ? 'row' : 'rows'}`;
  if (asked.entity === CUSTOMER) {
    const empty = rows === 0 ? 1 : 0;
    return [
      check(
        'rows',
        `${label}: has rows`,
        empty,
        {
          good: `${rowsWord(rows)}.`,
          bad: 'The table is empty.',
          help: 'Choose another customer table, or load it.',
        },
        'failed',
      ),
      check(
        'unique',
        `${label}: ${key} is unique`,
        duplicates,
        {
          good: 'Every customer id occurs once.',
          bad: `${rowsWord(duplicates)} repeat a customer id.`,
          help: 'Use a view with one row a customer, or choose another id column.',
        },
        'failed',
      ),
      check(
        'not-null',
        `${label}: ${key} is never empty`,
        withoutKey,
        {
          good: 'Every row has a customer id.',
          bad: `${rowsWord(withoutKey)} have no customer id.`,
          help: 'Use a view that leaves these rows out.',
        },
        'failed',
      ),
    ];
  }
  const checks = [
    check(
      'not-null',
      `${label}: ${key} is never empty`,
      withoutKey,
      {
        good: 'Every row has a key.',
        bad: `${rowsWord(withoutKey)} have no key and belong to nobody.`,
        help: 'They are never counted. Mend them in the lakehouse if they should be.',
      },
      'warning',
    ),
    check(
      'orphans',
      `${label}: ${key} belongs to a customer`,
      orphans,
      {
        good: 'Every key is a known customer.',
        bad: `${rowsWord(orphans)} belong to no known customer.`,
        help: 'They are never counted. Check that the key is the right one.',
      },
      'warning',
    ),
  ];
  if (entity?.cardinality !== 'one-to-one') return checks;
  return [
    ...checks,
    check(
      'unique',
      `${label}: one row a customer`,
      duplicates,
      {
        good: 'Every customer has one row at most.',
        bad: `${rowsWord(duplicates)} repeat a customer.`,
        help: 'Relate it as one-to-many, or use a view with one row a customer.',
      },
      'failed',
    ),
  ];
}
