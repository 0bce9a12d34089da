import type { ColumnType } from '../domain/column-type.ts';
import type { BooleanExpression } from '../domain/composition.ts';
import type { AudiencePlan, Flag, Output, Scan } from './audience-plan.ts';
import { type Expression, FALSE, TRUE, all, any, column, compare, value } from './expression.ts';
import { KEY, keyExpression, scanSelect } from './scan-select.ts';
import type { Join, Select } from './select.ts';

/** What every member passes, decided by single rows, so that rows are left out before anything is grouped or joined. */
export interface Narrowed {
  /** Tests of the customer's own row. */
  readonly tests: readonly Expression[];
  /** Scans of which a member has to have a row, whatever else is in it. */
  readonly present: readonly Scan[];
  /** The conditions that are known to hold then. */
  readonly bits: ReadonlySet<number>;
  /** The one customer that is asked for, by their id; all where absent. */
  readonly customer?: string;
}

export const NOT_NARROWED: Narrowed = { tests: [], present: [], bits: new Set() };

/** True where nothing is read of a customer but the id: the few that are left are made distinct at the end, instead of all at first. */
export function isUniqueLate({ customer, outputOrder }: AudiencePlan, { bits }: Narrowed): boolean {
  return bits.size > 0 && customer.flags.length === 0 && outputOrder.length === 0;
}

/** The scans as named queries, joined to the customer. */
export function joinScans(plan: AudiencePlan, narrowed: Narrowed): Pick<Select, 'with' | 'from' | 'joins'> {
  const { customer, scans, asOf } = plan;
  const { tests, present } = narrowed;
  const ofOne = (scan: Scan): Expression[] =>
    narrowed.customer === undefined ? [] : [isCustomer(scan, plan.idType, narrowed.customer)];
  const own = scanSelect(customer, asOf, { everyRow: true, only: [...tests, ...ofOne(customer)] });
  const join = (kind: Join['kind'], { name }: Scan): Join => ({
    kind,
    relation: { kind: 'named', name },
    on: compare(column(KEY, name), '=', column(KEY, customer.name)),
  });
  return {
    with: [
      { name: customer.name, query: isUniqueLate(plan, narrowed) ? withoutGroups(own) : own },
      ...present.map((scan) => ({
        name: scan.name,
        query: withoutGroups(scanSelect(scan, asOf, { everyRow: false })),
      })),
      ...scans.map((scan) => ({
        name: scan.name,
        query: scanSelect(scan, asOf, { everyRow: false, only: ofOne(scan) }),
      })),
    ],
    from: { kind: 'named', name: customer.name },
    joins: [...present.map((scan) => join('LEFT SEMI', scan)), ...scans.map((scan) => join('LEFT', scan))],
  };
}

/** True for the rows of one customer. The id takes the type of the key, so that engines can leave out files by it. */
function isCustomer(scan: Scan, idType: ColumnType, id: string): Expression {
  const given = value({ type: 'text', value: id });
  const key = keyExpression(scan);
  if (scan.castKey || idType.kind === 'text') return compare(key, '=', given);
  if (idType.kind === 'integer' && idType.bits <= 64)
    return compare(key, '=', { kind: 'cast', of: given, to: { type: 'bigint' }, safe: true });
  return compare({ kind: 'cast', of: key, to: { type: 'text' } }, '=', given);
}

/** The rows of a scan as they are: keys only, as often as they occur. */
function withoutGroups({ columns, from, where }: Select): Select {
  const key = columns.filter(({ as }) => as === KEY);
  return { columns: key, from, ...(where === undefined ? {} : { where }) };
}

interface PlacedFlag {
  readonly scan: Scan;
  readonly flag: Flag;
}

export function flagsByBit(plan: AudiencePlan): ReadonlyMap<number, PlacedFlag> {
  const placed = [plan.customer, ...plan.scans].flatMap((scan) => scan.flags.map((flag) => ({ scan, flag })));
  return new Map(placed.map((each) => [each.flag.bit, each]));
}

/**
 * The expression over flags. Where it decides alone (`exact` false: nothing negates it), a flag may stay NULL instead of false: the
 * engine then sees that a LEFT JOIN's missing rows never pass, and makes it an inner join.
 */
export function conditionOf(
  expression: BooleanExpression,
  flags: ReadonlyMap<number, PlacedFlag>,
  exact: boolean,
): Expression {
  switch (expression.kind) {
    case 'constant':
      return expression.value ? TRUE : FALSE;
    case 'bit': {
      const placed = flags.get(expression.index);
      if (placed === undefined) return FALSE;
      const flag = column(placed.flag.name, placed.scan.name);
      if (!placed.flag.whenNoRow && !exact) return flag;
      return {
        kind: 'call',
        name: 'coalesce',
        args: [flag, { kind: 'literal', value: placed.flag.whenNoRow }],
      };
    }
    case 'not':
      return { kind: 'not', of: conditionOf(expression.of, flags, true) };
    case 'all':
      return all(expression.of.map((each) => conditionOf(each, flags, exact)));
    case 'any':
      return any(expression.of.map((each) => conditionOf(each, flags, exact)));
  }
}

export function findOutput(plan: AudiencePlan, name: string): { scan: Scan; output: Output } {
  for (const scan of [plan.customer, ...plan.scans]) {
    const output = scan.outputs.find((each) => each.name === name);
    if (output !== undefined) return { scan, output };
  }
  throw new RangeError(`The plan has no output ${name}.`);
}

export function readOutput(scan: Scan, output: Output): Expression {
  const read = column(output.name, scan.name);
  if (!output.zeroWhenNoRow) return read;
  return { kind: 'call', name: 'coalesce', args: [read, { kind: 'literal', value: 0 }] };
}
