import fc from 'fast-check';
import type { Audience } from '../../../electron/domain/audience.ts';
import { type ColumnType, familyOf } from '../../../electron/domain/column-type.ts';
import { DURATION_UNITS } from '../../../electron/domain/duration.ts';
import { measureType } from '../../../electron/domain/measure-type.ts';
import type { CustomerModel, Trait } from '../../../electron/domain/model.ts';
import { OPERATORS, operatorsFor } from '../../../electron/domain/operators.ts';
import type { Condition, Filter, Measure, Rule, Test, Window } from '../../../electron/domain/rule.ts';
import type { World } from './evaluate.ts';
import { type Cell, type Row, toScaled } from './values.ts';

/** The instant from which the worlds count their windows: the last of a month with 31 days, so that month steps are met. */
export const AS_OF = '2026-10-31T12:00:00.000Z';
export const SCHEMA = 'w';
export const CATALOG = 'world';

const T: Record<string, ColumnType> = {
  t: { kind: 'text', native: 'VARCHAR' },
  b: { kind: 'boolean', native: 'BOOLEAN' },
  i: { kind: 'integer', native: 'INTEGER', bits: 32 },
  l: { kind: 'integer', native: 'BIGINT', bits: 64 },
  d: { kind: 'decimal', native: 'DECIMAL(10,2)', precision: 10, scale: 2 },
  f: { kind: 'float', native: 'DOUBLE', bits: 64 },
  dt: { kind: 'date', native: 'DATE' },
  ts: { kind: 'timestamp', native: 'TIMESTAMP', zoned: false },
  tz: { kind: 'timestamp', native: 'TIMESTAMP WITH TIME ZONE', zoned: true },
  arr: { kind: 'array', native: 'VARCHAR[]', element: { kind: 'text', native: 'VARCHAR' } },
  st: {
    kind: 'struct',
    native: 'STRUCT(n INTEGER, s VARCHAR)',
    fields: [
      { name: 'n', type: { kind: 'integer', native: 'INTEGER', bits: 32 } },
      { name: 's', type: { kind: 'text', native: 'VARCHAR' } },
    ],
  },
};
const COLUMNS = Object.keys(T);
const typeOf = (column: string): ColumnType => T[column] ?? { kind: 'other', native: 'OTHER' };

/** Few letters, so that values meet: quotes, wildcards and cases among them. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'A',
    'ab',
    'é',
    'É',
    'ß',
    '%',
    '_',
    'a_b',
    "o'x",
    '"q"',
    '`',
    '\\',
    '--',
    ' a',
    '日本',
    '😀',
  ),
  fc
    .array(fc.constantFrom('a', 'B', 'é', '%', "'", '\\'), { maxLength: 3 })
    .map((letters) => letters.join('')),
);
const small = fc.integer({ min: -3, max: 4 });
const large = fc.constantFrom(
  '9223372036854775807',
  '-9223372036854775808',
  '9007199254740993',
  '9007199254740992',
);
const cents = fc.integer({ min: -400, max: 400 }).map((number) => (number / 100).toFixed(2));
const thousandths = fc.integer({ min: -3000, max: 3000 }).map((number) => number / 1000);
const day = fc
  .integer({ min: -70, max: 12 })
  .map((offset) =>
    new Date(Date.parse('2026-10-30T00:00:00Z') + offset * 86_400_000).toISOString().slice(0, 10),
  );
const oldDay = fc.constantFrom('1969-12-31', '1900-02-28', '2024-02-29');
/** Few instants, so that rows meet the ends of windows exactly. */
const at = fc.oneof(
  fc
    .integer({ min: -14, max: 3 })
    .map((weeks) => Date.parse('2026-10-31T00:00:00Z') + weeks * 7 * 86_400_000),
  fc.constantFrom(
    Date.parse(AS_OF),
    Date.parse('2026-09-30T12:00:00Z'),
    Date.parse('2026-10-24T12:00:00Z'),
    Date.parse('1969-12-31T23:59:59.999Z'),
  ),
);

const cellOf: Record<string, fc.Arbitrary<Cell>> = {
  t: text.map((each) => ({ kind: 'text', text: each })),
  b: fc.boolean().map((truth) => ({ kind: 'boolean', truth })),
  i: small.map((number) => ({ kind: 'exact', scaled: toScaled(String(number)) })),
  l: fc.oneof(small.map(String), large).map((number) => ({ kind: 'exact', scaled: toScaled(number) })),
  d: cents.map((number) => ({ kind: 'exact', scaled: toScaled(number) })),
  f: fc
    .oneof({ weight: 9, arbitrary: thousandths }, { weight: 1, arbitrary: fc.constant(Number.NaN) })
    .map((number) => ({ kind: 'double', number })),
  dt: fc
    .oneof({ weight: 9, arbitrary: day }, { weight: 1, arbitrary: oldDay })
    .map((each) => ({ kind: 'date', day: each })),
  ts: at.map((each) => ({ kind: 'timestamp', at: each })),
  tz: at.map((each) => ({ kind: 'timestamp', at: each })),
  arr: fc.array(text, { maxLength: 3 }).map((items) => ({ kind: 'list', items })),
  st: fc.record({ n: fc.option(small), s: fc.option(text) }).map(({ n, s }) => ({
    kind: 'struct',
    fields: {
      n: n === null ? null : { kind: 'exact', scaled: toScaled(String(n)) },
      s: s === null ? null : { kind: 'text', text: s },
    },
  })),
};

const orNull = (cell: fc.Arbitrary<Cell>): fc.Arbitrary<Cell> =>
  fc.oneof({ weight: 5, arbitrary: cell }, { weight: 1, arbitrary: fc.constant(null) });

const attributes = COLUMNS.map((column) => ({ column, label: column.toUpperCase(), type: typeOf(column) }));

type KeyKind = 'text' | 'bigint';
const keyType = (kind: KeyKind): ColumnType => (kind === 'text' ? typeOf('t') : typeOf('l'));
const ids = ['1', '2', '3', '4', '5', '6', '7', '8', '9007199254740993'];

/** Mostly enough rows to tell customers apart, sometimes an empty table. */
function rowsOf(row: fc.Arbitrary<Row>, minLength: number, maxLength: number): fc.Arbitrary<Row[]> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.array(row, { minLength, maxLength }) },
    { weight: 1, arbitrary: fc.constant<Row[]>([]) },
  );
}

function rowArbitrary(kind: KeyKind, known: readonly string[]): fc.Arbitrary<Row> {
  const key = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom('99', null) },
  );
  const cells = fc.record(
    Object.fromEntries(COLUMNS.map((column) => [column, orNull(cellOf[column] ?? fc.constant(null))])),
  );
  return fc.tuple(key, cells).map(([id, row]) => ({
    ...row,
    k:
      id === null
        ? null
        : kind === 'text'
          ? { kind: 'text', text: id }
          : { kind: 'exact', scaled: toScaled(id) },
  }));
}

interface Shape {
  customerKey: KeyKind;
  entities: {
    cardinality: 'one-to-one' | 'one-to-many';
    key: KeyKind;
    time: 'dt' | 'ts' | 'tz' | undefined;
  }[];
}

const shape: fc.Arbitrary<Shape> = fc.record({
  customerKey: fc.constantFrom<KeyKind>('text', 'bigint'),
  entities: fc.array(
    fc.record({
      cardinality: fc.constantFrom('one-to-one' as const, 'one-to-many' as const, 'one-to-many' as const),
      key: fc.constantFrom<KeyKind>('text', 'bigint'),
      time: fc.constantFrom('dt' as const, 'ts' as const, 'tz' as const, undefined),
    }),
    { maxLength: 3 },
  ),
});

function modelOf({ customerKey, entities }: Shape): CustomerModel {
  const table = (name: string) => ({ catalog: CATALOG, schema: SCHEMA, table: name });
  const key = (kind: KeyKind) => ({ column: 'k', label: 'Key', type: keyType(kind) });
  return {
    customer: {
      label: 'Customer',
      table: table('customer'),
      idColumn: 'k',
      attributes: [key(customerKey), ...attributes],
    },
    entities: entities.map(({ cardinality, key: kind, time }, index) => ({
      id: `e${index}`,
      label: `Entity ${index}`,
      table: table(`e${index}`),
      key: 'k',
      cardinality,
      ...(time === undefined ? {} : { timeColumn: time }),
      attributes: [key(kind), ...attributes],
    })),
    traits: [],
  };
}

const duration = fc.record({
  amount: fc.integer({ min: 1, max: 40 }),
  unit: fc.constantFrom(...DURATION_UNITS),
});

function scalarFor(type: ColumnType): fc.Arbitrary<string | number> {
  switch (type.kind) {
    case 'integer':
      return fc.oneof(small, small.map(String), large, fc.constant(1.5), fc.constant('0.5'));
    case 'decimal':
      return fc.oneof(cents, small, fc.constant('1.005'));
    case 'float':
      return fc.oneof(thousandths, small);
    case 'date':
      return fc.oneof(day, oldDay);
    case 'timestamp':
      return fc.oneof(
        day,
        at.map((each) => new Date(each).toISOString()),
      );
    case 'array':
      return text;
    default:
      return text;
  }
}

/** A test that fits a type, for every operator of its family. */
export function testFor(type: ColumnType): fc.Arbitrary<Test> {
  const scalar = scalarFor(type);
  return fc.constantFrom(...operatorsFor(familyOf(type))).chain((op): fc.Arbitrary<Test> => {
    switch (OPERATORS[op].operands) {
      case 'none':
        return fc.constant({ op } as Test);
      case 'one':
        return scalar.map((value) => ({ op, value }) as Test);
      case 'many':
        return fc.array(scalar, { minLength: 1, maxLength: 3 }).map((values) => ({ op, values }) as Test);
      case 'range':
        return fc.tuple(scalar, scalar).map(([low, high]) => ({ op, low, high }) as Test);
      case 'duration':
        return duration.map((each) => ({ op, duration: each }) as Test);
    }
  });
}

const columnTest: fc.Arbitrary<Filter> = fc
  .constantFrom(...COLUMNS, 'st.n', 'st.s')
  .chain((name): fc.Arbitrary<Filter> => {
    const [column = '', field] = name.split('.');
    if (field === undefined) return testFor(typeOf(column)).map((test) => ({ column, test }));
    const type = field === 'n' ? typeOf('i') : typeOf('t');
    return testFor(type).map((test) => ({ column, path: [field], test }));
  });

const iso = at.map((each) => new Date(each).toISOString());
const windowFor = (time: string | undefined): fc.Arbitrary<Window | undefined> => {
  const column = fc.constantFrom('dt', 'ts', 'tz');
  const spans = fc.oneof(
    duration.map((last): Window => ({ last })),
    iso.map((from): Window => ({ from })),
    iso.map((to): Window => ({ to })),
    fc.tuple(duration, iso).map(([last, to]): Window => ({ last, to })),
  );
  const stated = fc.tuple(spans, column).map(([span, name]): Window => ({ ...span, column: name }));
  return fc.oneof(fc.constant(undefined), time === undefined ? stated : fc.oneof(spans, stated));
};

function measureFor(time: string | undefined): fc.Arbitrary<Measure> {
  const numbers = fc.constantFrom('i', 'd', 'f', 'l');
  const ordered = fc.constantFrom('t', 'i', 'd', 'f', 'dt', 'ts');
  return fc.oneof(
    fc.constantFrom<Measure>({ of: 'exists' }, { of: 'not-exists' }, { of: 'count' }),
    fc.constantFrom('t', 'i', 'd', 'dt').map((column): Measure => ({ of: 'count-distinct', column })),
    numbers.map((column): Measure => ({ of: 'sum', column })),
    numbers.filter((name) => name !== 'l').map((column): Measure => ({ of: 'avg', column })),
    fc
      .tuple(fc.constantFrom('min' as const, 'max' as const), ordered)
      .map(([of, column]): Measure => ({ of, column })),
    ...(time === undefined ? [] : [ordered.map((column): Measure => ({ of: 'latest', column }))]),
  );
}

/** A measure with filters and a window over one entity. */
export function measuredFor(model: CustomerModel) {
  return fc.constantFrom(...model.entities).chain((entity) =>
    fc.record({
      entity: fc.constant(entity.id),
      where: fc.array(columnTest, { maxLength: 2 }),
      window: windowFor(entity.timeColumn),
      measure: measureFor(entity.timeColumn),
    }),
  );
}

function conditionFor(model: CustomerModel): fc.Arbitrary<Condition> {
  const single = [
    'customer',
    ...model.entities.filter((each) => each.cardinality === 'one-to-one').map((each) => each.id),
  ];
  const attribute = fc
    .tuple(fc.constantFrom(...single), columnTest)
    .map(([entity, filter]): Condition => ({ kind: 'attribute', entity, ...filter }));
  const parts = [attribute];
  if (model.entities.length > 0) {
    const related = measuredFor(model).chain(({ window, ...source }): fc.Arbitrary<Condition> => {
      const base = { kind: 'related' as const, ...source, ...(window === undefined ? {} : { window }) };
      if (source.measure.of === 'exists' || source.measure.of === 'not-exists') return fc.constant(base);
      const of = 'column' in source.measure ? typeOf(source.measure.column) : undefined;
      return testFor(measureType(source.measure, of)).map((test) => ({ ...base, test }));
    });
    parts.push(related, related);
  }
  const [trait] = model.traits;
  if (trait !== undefined) {
    const of = 'column' in trait.measure ? typeOf(trait.measure.column) : undefined;
    parts.push(
      testFor(measureType(trait.measure, of)).map((test): Condition => ({
        kind: 'trait',
        trait: trait.id,
        test,
      })),
    );
  }
  return fc.oneof(...parts);
}

function ruleFor(model: CustomerModel, audiences: readonly Audience[], depth: number): fc.Arbitrary<Rule> {
  const leaf = conditionFor(model).map((condition): Rule => ({ kind: 'condition', condition }));
  const leaves =
    audiences.length === 0
      ? leaf
      : fc.oneof(
          { weight: 4, arbitrary: leaf },
          {
            weight: 1,
            arbitrary: fc
              .constantFrom(...audiences)
              .map((each): Rule => ({ kind: 'audience', audience: each.id })),
          },
        );
  if (depth === 0) return leaves;
  const inner = ruleFor(model, audiences, depth - 1);
  const group = fc.array(inner, { maxLength: 3 });
  return fc.oneof(
    leaves,
    group.map((rules): Rule => ({ kind: 'all', rules })),
    group.map((rules): Rule => ({ kind: 'any', rules })),
    inner.map((rule): Rule => ({ kind: 'not', rule })),
  );
}

/** A random model with rows (NULLs, duplicates and orphans among them), an audience to refer to, a trait, and rules over them. */
export const worldAndRules: fc.Arbitrary<{ world: World; rules: Rule[] }> = shape.chain((drawn) => {
  const bare = modelOf(drawn);
  const known = drawn.customerKey === 'text' ? [...ids, 'x y', "o'k"] : ids;
  const knownTo = (kind: KeyKind) => (kind === 'text' ? known : ids);
  const trait: fc.Arbitrary<Trait[]> =
    bare.entities.length === 0
      ? fc.constant([])
      : measuredFor(bare).map(({ window, ...source }) => [
          { id: 'trait', label: 'Trait', ...source, ...(window === undefined ? {} : { window }) },
        ]);
  return trait.chain((traits) => {
    const model: CustomerModel = { ...bare, traits };
    const rows = fc.record({
      customer: rowsOf(rowArbitrary(drawn.customerKey, known), 5, 14),
      ...Object.fromEntries(
        drawn.entities.map((entity, index) => [
          `e${index}`,
          rowsOf(rowArbitrary(entity.key, knownTo(entity.key)), 10, 30),
        ]),
      ),
    });
    const audience = ruleFor(model, [], 1).map((rule): Audience => ({
      id: 'other',
      name: 'Other',
      rule,
      columns: [],
    }));
    return fc
      .tuple(rows, audience)
      .chain(([drawnRows, other]) =>
        fc
          .array(ruleFor(model, [other], 2), { minLength: 2, maxLength: 4 })
          .map((rules) => ({ world: { model, audiences: [other], rows: drawnRows, asOf: AS_OF }, rules })),
      );
  });
});
