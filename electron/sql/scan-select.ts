import type { ColumnType } from '../domain/column-type.ts';
import type { Instant } from '../domain/duration.ts';
import { FLOAT_SUM, measureType } from '../domain/measure-type.ts';
import type { Flag, Output, PlannedColumn, PlannedMeasure, RowPredicate, Scan } from './audience-plan.ts';
import { type Expression, TRUE, all, any, column } from './expression.ts';
import { coversPredicate } from './covers-predicate.ts';
import type { Select } from './select.ts';
import { instant, testExpression, timeCompare } from './test-expression.ts';

/** The name of the customer's id inside a statement, in the type it has in the table. */
export const KEY = 'customer_key';

/**
 * The one scan of an entity: a row a customer, with a column for each flag and output. The union of what the measures ask is pushed
 * below the aggregation, so that rows nobody asks for are never grouped (measured: worth 1.3× on DuckDB, 2.1× with windows). Where one
 * predicate covers all others, it is that union, and what asks for no less need not test it again.
 */
export function scanSelect(
  scan: Scan,
  asOf: Instant,
  options: { readonly everyRow: boolean; readonly only?: readonly Expression[] },
): Select {
  const key = keyExpression(scan);
  const { from, where, covering } = scannedRows(scan, asOf, options);
  return {
    columns: [
      { expression: key, as: KEY },
      ...scan.flags.map((flag) => ({ expression: flagExpression(flag, asOf, covering), as: flag.name })),
      ...scan.outputs.map((output) => ({
        expression: outputExpression(output, asOf, covering),
        as: output.name,
      })),
    ],
    from,
    where: all([where, ...(options.only ?? [])]),
    groupBy: [key],
  };
}

/** A scan's rows: the table, and which of its rows are asked for. `covering` is what each of them meets, where one predicate says it all. */
export function scannedRows(
  scan: Scan,
  asOf: Instant,
  { everyRow }: { readonly everyRow: boolean },
): Pick<Select, 'from'> & { readonly where: Expression; readonly covering?: RowPredicate } {
  const notNull: Expression = { kind: 'is-null', of: column(scan.key), negated: true };
  const from = { kind: 'table', path: scan.table } as const;
  if (everyRow) return { from, where: notNull };
  const asked = askedRows(scan);
  const covering = findCovering(asked);
  const pushed = unionOfPredicates(covering === undefined ? asked : [covering], asOf);
  return {
    from,
    where: pushed === undefined ? notNull : all([notNull, pushed]),
    ...(covering === undefined ? {} : { covering }),
  };
}

/** The customer's key in a scan's table, which may be named where names could collide. */
export function keyExpression(scan: Scan, relation?: string): Expression {
  const key = column(scan.key, relation);
  return scan.castKey ? { kind: 'cast', of: key, to: { type: 'text' } } : key;
}

/** The flag as a test of one row, of which any may make it true; undefined where the flag weighs a customer's rows together. */
export function rowTest({ ask }: Flag, asOf: Instant): Expression | undefined {
  if (ask.kind === 'attribute') return testExpression(plannedColumn(ask), ask.type, ask.test, asOf);
  return ask.measure.of === 'exists' ? (predicateExpression(ask.predicate, asOf) ?? TRUE) : undefined;
}

/** The planned column, or the field inside it. */
function plannedColumn(planned: PlannedColumn): Expression {
  const read = planned.path.reduce<Expression>(
    (of, name) => ({ kind: 'field', of, name }),
    column(planned.column),
  );
  return asTextWhereNeeded(read, planned.type);
}

function asTextWhereNeeded(read: Expression, type: ColumnType | undefined): Expression {
  return type?.kind === 'text' && type.cast === true
    ? { kind: 'cast', of: read, to: { type: 'text' } }
    : read;
}

/** The flag for a customer's rows together: an aggregate, NULL or false where they do not pass. `covering` is what every row meets already. */
export function flagExpression(flag: Flag, asOf: Instant, covering?: RowPredicate): Expression {
  const { ask } = flag;
  if (ask.kind === 'attribute') {
    const test = testExpression(plannedColumn(ask), ask.type, ask.test, asOf);
    return { kind: 'dialect-call', name: 'anyTrue', args: [test] };
  }
  const measured = measureExpression(ask, asOf, covering);
  return ask.test === undefined ? measured : testExpression(measured, resultType(ask), ask.test, asOf);
}

function outputExpression(output: Output, asOf: Instant, covering: RowPredicate | undefined): Expression {
  const { compute } = output;
  if (compute.kind === 'measure') return measureExpression(compute, asOf, covering);
  const of = plannedColumn(compute);
  // One row a customer: max picks it, and picks the same one should the promise be broken.
  if (compute.type.kind === 'text') return { kind: 'dialect-call', name: 'greatestText', args: [of] };
  return { kind: 'aggregate', name: isOrdered(compute.type) ? 'max' : 'any_value', of };
}

function isOrdered(type: ColumnType): boolean {
  return type.kind !== 'map' && type.kind !== 'variant' && type.kind !== 'other';
}

/** The condition that a row counts, or undefined where every row does. */
function predicateExpression(predicate: RowPredicate, asOf: Instant): Expression | undefined {
  const parts = predicate.filters.map((filter) =>
    testExpression(plannedColumn(filter), filter.type, filter.test, asOf),
  );
  const { window } = predicate;
  if (window !== undefined) {
    const time = column(window.column);
    const { type, from, to, toIncluded } = window;
    if (from !== undefined) parts.push(timeCompare(time, type, 'from', instant(from)));
    if (to !== undefined) {
      parts.push(timeCompare(time, type, toIncluded ? 'through' : 'before', instant(to)));
    }
  }
  return parts.length === 0 ? undefined : all(parts);
}

function resultType(measure: PlannedMeasure): ColumnType {
  return measureType(measure.measure, measure.of);
}

/** The measure over a customer's rows. `covering` is what every scanned row meets already. */
function measureExpression(
  planned: PlannedMeasure,
  asOf: Instant,
  covering: RowPredicate | undefined,
): Expression {
  const { measure, of } = planned;
  const isMet = covering !== undefined && coversPredicate(planned.predicate, covering);
  const filter = isMet ? undefined : predicateExpression(planned.predicate, asOf);
  const read = (name: string): Expression => asTextWhereNeeded(column(name), of);
  const aggregate = (name: string, argument: Expression | '*', distinct = false): Expression => ({
    kind: 'aggregate',
    name,
    of: argument,
    ...(distinct ? { distinct } : {}),
    ...(filter === undefined ? {} : { filter }),
  });
  switch (measure.of) {
    case 'exists':
    case 'not-exists': {
      const exists: Expression = { kind: 'dialect-call', name: 'anyTrue', args: [filter ?? TRUE] };
      return measure.of === 'exists' ? exists : { kind: 'not', of: exists };
    }
    case 'count':
      return aggregate('count', '*');
    case 'count-distinct':
      return aggregate('count', read(measure.column), true);
    case 'sum':
      return aggregate('sum', exactNumber(read(measure.column), of));
    case 'avg': {
      const exact = exactNumber(read(measure.column), of);
      const sum: Expression = { kind: 'cast', of: aggregate('sum', exact), to: { type: 'double' } };
      return { kind: 'arithmetic', op: '/', left: sum, right: aggregate('count', exact) };
    }
    case 'min':
    case 'max':
      return aggregate(measure.of, read(measure.column));
    case 'latest': {
      const time = column(planned.time ?? '');
      const pair: Expression = { kind: 'dialect-call', name: 'pair', args: [time, read(measure.column)] };
      const known = [time, read(measure.column)].map((each): Expression => ({
        kind: 'is-null',
        of: each,
        negated: true,
      }));
      // Ties in time go to the greater value, so that every run and engine picks the same.
      const latest: Expression = {
        kind: 'aggregate',
        name: 'max',
        of: pair,
        filter: all([...(filter === undefined ? [] : [filter]), ...known]),
      };
      return { kind: 'dialect-call', name: 'secondOf', args: [latest] };
    }
  }
}

/** A number that adds up exactly, whatever the order of the rows. */
function exactNumber(of: Expression, type: ColumnType | undefined): Expression {
  switch (type?.kind) {
    case 'integer': {
      const precision = type.bits <= 32 ? 10 : type.bits === 64 ? 20 : 38;
      return { kind: 'cast', of, to: { type: 'decimal', precision, scale: 0 } };
    }
    case 'float':
      // NaN and infinities have no decimal: they count as empty instead of failing the query.
      return { kind: 'cast', of, to: { type: 'decimal', ...FLOAT_SUM }, safe: true };
    default:
      return of;
  }
}

/** What at least one predicate asks for; undefined where one asks for every row. */
function unionOfPredicates(united: readonly RowPredicate[], asOf: Instant): Expression | undefined {
  const predicates = new Map<string, Expression>();
  for (const predicate of united) {
    const ask = predicateExpression(predicate, asOf);
    if (ask === undefined) return undefined;
    predicates.set(JSON.stringify(ask), ask);
  }
  return predicates.size === 0 ? undefined : any([...predicates.values()]);
}

const EVERY_ROW: RowPredicate = { filters: [] };

/** The rows that each flag and output asks for. */
function askedRows(scan: Scan): RowPredicate[] {
  const ofFlags = scan.flags.map(({ ask, whenNoRow }): RowPredicate => {
    if (ask.kind === 'measure') return ask.predicate;
    // A row left out would count as no row, and no row passes this test.
    return whenNoRow ? EVERY_ROW : { filters: [ask] };
  });
  const ofOutputs = scan.outputs.map(({ compute }) =>
    compute.kind === 'measure' ? compute.predicate : EVERY_ROW,
  );
  return [...ofFlags, ...ofOutputs];
}

/** The predicate that every row which any of them asks for meets, where one of them is such. */
function findCovering(predicates: readonly RowPredicate[]): RowPredicate | undefined {
  return predicates.find((each) => predicates.every((other) => coversPredicate(each, other)));
}
