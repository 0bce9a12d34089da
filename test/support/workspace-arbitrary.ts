import fc from 'fast-check';
import type { FieldMapping } from '../../electron/domain/activation.ts';
import type { OutputColumn } from '../../electron/domain/audience.ts';
import type { ColumnType } from '../../electron/domain/column-type.ts';
import { ActivationMode } from '../../electron/domain/destination.ts';
import { DURATION_UNITS, type Duration } from '../../electron/domain/duration.ts';
import {
  BARE_OPERATORS,
  DURATION_OPERATORS,
  LIST_OPERATORS,
  RANGE_OPERATORS,
  VALUE_OPERATORS,
} from '../../electron/domain/operators.ts';
import {
  COLUMN_MEASURES,
  ROW_MEASURES,
  type Condition,
  type Filter,
  type Measure,
  type Rule,
  type Test,
  type Window,
} from '../../electron/domain/rule.ts';
import { Workspace } from '../../electron/domain/workspace.ts';

/** Text that trips careless files: quotes, colons, hashes, line breaks, words that YAML reads as other types. */
const awkwardText = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc.constantFrom(
    'yes',
    'null',
    '~',
    '1.0',
    '0x1F',
    '- a',
    'a: b',
    '# no',
    '"',
    "'",
    '{}',
    '2026-01-01',
    ' x',
    'é\n\tü',
    '\u2028',
  ),
);
const identifier = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  // eslint-disable-next-line no-control-regex -- identifiers hold no control characters
  .filter((text) => !/[\u0000-\u001f\u007f]/.test(text));
const label = fc.string({ minLength: 1, maxLength: 30 }).map((text) => `L${text}`.trim());
const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,11}$/);
const number = fc
  .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => (value === 0 ? 0 : value));
const scalar = fc.oneof(awkwardText, number, fc.boolean());
const instant = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const optional = <T>(key: string, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.oneof(
    fc.constant({}),
    value.map((each) => ({ [key]: each })),
  );

const duration: fc.Arbitrary<Duration> = fc.record({
  amount: fc.integer({ min: 1, max: 100_000 }),
  unit: fc.constantFrom(...DURATION_UNITS),
});
const test: fc.Arbitrary<Test> = fc.oneof(
  fc.record({ op: fc.constantFrom(...BARE_OPERATORS) }),
  fc.record({ op: fc.constantFrom(...VALUE_OPERATORS), value: scalar }),
  fc.record({
    op: fc.constantFrom(...LIST_OPERATORS),
    values: fc.array(scalar, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ op: fc.constantFrom(...RANGE_OPERATORS), low: scalar, high: scalar }),
  fc.record({ op: fc.constantFrom(...DURATION_OPERATORS), duration }),
);
const reference = fc
  .tuple(fc.record({ column: identifier }), optional('path', fc.array(identifier, { maxLength: 2 })))
  .map(([column, path]) => ({ ...column, ...path }));
const filter: fc.Arbitrary<Filter> = fc
  .tuple(reference, test)
  .map(([column, each]) => ({ ...column, test: each }));
const filters = fc.array(filter, { maxLength: 2 });
const window: fc.Arbitrary<Window> = fc.record(
  { column: identifier, last: duration, from: instant, to: instant },
  { requiredKeys: [] },
);
const measure: fc.Arbitrary<Measure> = fc.oneof(
  fc.record({ of: fc.constantFrom(...ROW_MEASURES) }),
  fc.record({ of: fc.constantFrom(...COLUMN_MEASURES), column: identifier }),
);
const related = fc
  .tuple(fc.record({ entity: id, where: filters, measure }), optional('window', window))
  .map(([all, some]) => ({ ...all, ...some }));
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc
    .tuple(reference, id, test)
    .map(([column, entity, each]) => ({ kind: 'attribute' as const, entity, ...column, test: each })),
  fc
    .tuple(related, optional('test', test))
    .map(([all, some]) => ({ kind: 'related' as const, ...all, ...some })),
  fc.record({ kind: fc.constant('trait' as const), trait: id, test }),
);
const rule: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.record({ kind: fc.constant('condition' as const), condition }),
    fc.record({ kind: fc.constant('audience' as const), audience: id }),
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      rules: fc.array(tie('rule'), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), id: label, rule: tie('rule') }),
  ),
})).rule;
const column: fc.Arbitrary<OutputColumn> = fc.oneof(
  fc
    .tuple(reference, id, optional('as', label))
    .map(([each, entity, as]) => ({ kind: 'attribute' as const, entity, ...each, ...as })),
  fc.tuple(id, optional('as', label)).map(([trait, as]) => ({ kind: 'trait' as const, trait, ...as })),
  fc.tuple(related, label).map(([each, as]) => ({ kind: 'measure' as const, ...each, as })),
);
const type: fc.Arbitrary<ColumnType> = fc.constantFrom<ColumnType>(
  { kind: 'text', native: 'VARCHAR' },
  { kind: 'integer', native: 'BIGINT', bits: 64 },
  { kind: 'decimal', native: 'DECIMAL(18,2)', precision: 18, scale: 2 },
  { kind: 'timestamp', native: 'TIMESTAMP', zoned: false },
  { kind: 'array', native: 'VARCHAR[]', element: { kind: 'text', native: 'VARCHAR' } },
  {
    kind: 'struct',
    native: 'STRUCT(a INTEGER)',
    fields: [{ name: 'a', type: { kind: 'integer', native: 'INTEGER', bits: 32 } }],
  },
);
const attribute = fc.record(
  { column: identifier, label, type, pii: fc.constant('email' as const), hidden: fc.boolean() },
  { requiredKeys: ['column', 'label', 'type'] },
);
const table = fc.record({ catalog: identifier, schema: identifier, table: identifier });
const entity = fc.record(
  {
    id: id.filter((text) => text !== 'customer'),
    label,
    table,
    key: identifier,
    cardinality: fc.constantFrom('one-to-one' as const, 'one-to-many' as const),
    timeColumn: identifier,
    attributes: fc.array(attribute, { maxLength: 3 }),
  },
  { requiredKeys: ['id', 'label', 'table', 'key', 'cardinality', 'attributes'] },
);
const trait = fc
  .tuple(fc.record({ id, label }), related)
  .map(([named, measured]) => ({ ...named, ...measured }));
const audience = fc.record(
  { id, name: label, rule, columns: fc.array(column, { maxLength: 3 }), description: awkwardText },
  { requiredKeys: ['id', 'name', 'rule', 'columns'] },
);
const settings = fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z]{0,10}$/), scalar, { maxKeys: 3 });
const connection = fc.record({
  id,
  label,
  kind: fc.constantFrom('sample', 'duckdb', 'databricks'),
  settings,
});
const destination = fc.record({
  id,
  label,
  kind: fc.constantFrom('file', 'sftp', 'facebook'),
  settings,
});
const field: fc.Arbitrary<FieldMapping> = fc.record({
  to: label,
  from: fc.oneof(fc.constant({ kind: 'customer-id' as const }), column),
  form: fc.constantFrom('vendor' as const, 'as-is' as const, 'sha256' as const),
});
const consent = fc.tuple(reference, id).map(([each, entity]) => ({ entity, ...each }));
const activation = fc.record(
  {
    id,
    name: label,
    audience: id,
    destination: id,
    mode: fc.constantFrom(...ActivationMode.options),
    fields: fc.array(field, { minLength: 1, maxLength: 3 }),
    target: settings,
    consent,
    guards: fc.record({
      maxRejected: fc.double({ min: 0, max: 1, noNaN: true }),
      maxChange: fc.double({ min: 0, max: 100, noNaN: true }),
    }),
    schedule: fc.record({
      cron: fc.constantFrom('0 6 * * 1-5', '*/15 * * * *'),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin'),
    }),
  },
  { requiredKeys: ['id', 'name', 'audience', 'destination', 'mode', 'fields', 'target', 'guards'] },
);
const unique = { selector: (each: { id: string }) => each.id };

/** A workspace that fits its schema, with ids that are unique within their lists. References may lead nowhere: storing does not care. */
export const workspace: fc.Arbitrary<Workspace> = fc
  .uniqueArray(connection, { ...unique, maxLength: 3 })
  .chain((connections) =>
    fc.record({
      version: fc.constant(1 as const),
      connections: fc.constant(connections),
      destinations: fc.uniqueArray(destination, { ...unique, maxLength: 2 }),
      models: fc.shuffledSubarray(connections).chain((some) =>
        fc.tuple(
          ...some.map((each) =>
            fc.record({
              connection: fc.constant(each.id),
              customer: fc.record({
                label,
                table,
                idColumn: identifier,
                attributes: fc.array(attribute, { maxLength: 3 }),
              }),
              entities: fc.uniqueArray(entity, { ...unique, maxLength: 2 }),
              traits: fc.uniqueArray(trait, { ...unique, maxLength: 2 }),
              audiences: fc.uniqueArray(audience, { ...unique, maxLength: 3 }),
              activations: fc.uniqueArray(activation, { ...unique, maxLength: 2 }),
            }),
          ),
        ),
      ),
    }),
  )
  .map((each) => Workspace.parse(each));
