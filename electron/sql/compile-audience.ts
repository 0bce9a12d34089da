import { CUSTOMER_ID } from '../domain/audience.ts';
import { type ColumnType, TEXT } from '../domain/column-type.ts';
import type { BooleanExpression } from '../domain/composition.ts';
import type { AudiencePlan, Flag, Output, Scan } from './audience-plan.ts';
import type { CompiledQuery, ResultColumn } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { type Expression, FALSE, TRUE, all, any, column, compare } from './expression.ts';
import { maskedExpression } from './mask-expression.ts';
import { printQuery } from './printer.ts';
import { KEY, rowTest, scanSelect } from './scan-select.ts';
import type { Join, Select } from './select.ts';

/** How the members of an audience are wanted. */
export interface MembersOptions {
  /** The first so many by their id, for previews; all, in no order, where absent. */
  readonly limit?: number;
  /** Personal columns leave the warehouse masked, as text. */
  readonly maskPii?: boolean;
  /** All columns as text, to be sent or held as such. */
  readonly asText?: boolean;
}

/** The statement that returns the distinct ids of an audience's members with its output columns. */
export function compileMembers(
  plan: AudiencePlan,
  dialect: Dialect,
  options: MembersOptions = {},
): CompiledQuery {
  const narrowed = dialect.narrowsCustomers ? narrow(plan) : NOT_NARROWED;
  const root = withoutBits(plan.root, narrowed.bits);
  const trimmed = trimPlan({ ...plan, root }, usedBits(root));
  const mask = options.maskPii === true;
  const id: Expression = { kind: 'cast', of: column(KEY, plan.customer.name), to: { type: 'text' } };
  const columns = [{ expression: mask && plan.idIsPersonal ? maskedExpression(id) : id, as: CUSTOMER_ID }];
  const result: ResultColumn[] = [{ name: CUSTOMER_ID, type: TEXT }];
  for (const name of plan.outputOrder) {
    const { scan, output } = findOutput(plan, name);
    const masked = mask && output.pii !== undefined;
    const isText = masked || options.asText === true;
    const read = readOutput(scan, output);
    const shown = isText ? asText(read, output.type) : read;
    columns.push({ expression: masked ? maskedExpression(shown) : shown, as: output.as });
    result.push({ name: output.as, type: isText ? TEXT : output.type });
  }
  const where = conditionOf(trimmed.root, flagsByBit(trimmed), false);
  const query: Select = {
    ...joinScans(trimmed, narrowed),
    columns,
    ...(where === TRUE ? {} : { where }),
    ...(isUniqueLate(trimmed, narrowed) ? { groupBy: [column(KEY, plan.customer.name)] } : {}),
    ...(options.limit === undefined ? {} : { orderBy: [{ by: 1 }], limit: options.limit }),
  };
  return printQuery(query, dialect, result);
}

/** What every member passes, decided by single rows, so that rows are left out before anything is grouped or joined. */
interface Narrowed {
  /** Tests of the customer's own row. */
  readonly tests: readonly Expression[];
  /** Scans of which a member has to have a row, whatever else is in it. */
  readonly present: readonly Scan[];
  /** The conditions that are known to hold then. */
  readonly bits: ReadonlySet<number>;
}

const NOT_NARROWED: Narrowed = { tests: [], present: [], bits: new Set() };

function narrow(plan: AudiencePlan): Narrowed {
  const { root, asOf } = plan;
  const parts = root.kind === 'all' ? root.of : [root];
  const required = new Set(parts.flatMap((each) => (each.kind === 'bit' ? [each.index] : [])));
  const decided = (scan: Scan): readonly { readonly bit: number; readonly test: Expression }[] =>
    scan.flags.flatMap((flag) => {
      const test = required.has(flag.bit) ? rowTest(flag, asOf) : undefined;
      return test === undefined ? [] : [{ bit: flag.bit, test }];
    });
  const own = decided(plan.customer);
  const { scans } = trimPlan(plan, usedBits(root));
  // Two conditions may be met by two rows: only one alone says the same of a row as of a customer. One that holds without a row asks for none.
  const present = scans.filter(
    (scan) =>
      scan.flags.length === 1 &&
      scan.outputs.length === 0 &&
      decided(scan).length === 1 &&
      scan.flags.every(({ whenNoRow }) => !whenNoRow),
  );
  return {
    tests: own.map(({ test }) => test),
    present,
    bits: new Set([...own, ...present.flatMap(decided)].map(({ bit }) => bit)),
  };
}

/** True where nothing is read of a customer but the id: the few that are left are made distinct at the end, instead of all at first. */
function isUniqueLate({ customer, outputOrder }: AudiencePlan, { bits }: Narrowed): boolean {
  return bits.size > 0 && customer.flags.length === 0 && outputOrder.length === 0;
}

/** The expression where these bits are known to be true. */
function withoutBits(root: BooleanExpression, known: ReadonlySet<number>): BooleanExpression {
  switch (root.kind) {
    case 'constant':
      return root;
    case 'bit':
      return known.has(root.index) ? { kind: 'constant', value: true } : root;
    case 'not':
      return { kind: 'not', of: withoutBits(root.of, known) };
    case 'all': {
      const of = root.of.map((each) => withoutBits(each, known));
      return { kind: 'all', of: of.filter((each) => each.kind !== 'constant' || !each.value) };
    }
    case 'any':
      return { kind: 'any', of: root.of.map((each) => withoutBits(each, known)) };
  }
}

/** The scans as named queries, joined to the customer. */
function joinScans(plan: AudiencePlan, narrowed: Narrowed): Pick<Select, 'with' | 'from' | 'joins'> {
  const { customer, scans, asOf } = plan;
  const { tests: only, present } = narrowed;
  const own = scanSelect(customer, asOf, { everyRow: true, only });
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
      ...scans.map((scan) => ({ name: scan.name, query: scanSelect(scan, asOf, { everyRow: false }) })),
    ],
    from: { kind: 'named', name: customer.name },
    joins: [...present.map((scan) => join('LEFT SEMI', scan)), ...scans.map((scan) => join('LEFT', scan))],
  };
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

function flagsByBit(plan: AudiencePlan): ReadonlyMap<number, PlacedFlag> {
  const placed = [plan.customer, ...plan.scans].flatMap((scan) => scan.flags.map((flag) => ({ scan, flag })));
  return new Map(placed.map((each) => [each.flag.bit, each]));
}

/**
 * The expression over flags. Where it decides alone (`exact` false: nothing negates it), a flag may stay NULL instead of false: the
 * engine then sees that a LEFT JOIN's missing rows never pass, and makes it an inner join.
 */
function conditionOf(
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

function usedBits(expression: BooleanExpression): Set<number> {
  switch (expression.kind) {
    case 'constant':
      return new Set();
    case 'bit':
      return new Set([expression.index]);
    case 'not':
      return usedBits(expression.of);
    case 'all':
    case 'any':
      return new Set(expression.of.flatMap((each) => [...usedBits(each)]));
  }
}

/** The plan without flags that the root does not ask, and without scans that nothing asks any more. */
function trimPlan(plan: AudiencePlan, used: ReadonlySet<number>): AudiencePlan {
  const trim = (scan: Scan): Scan => ({ ...scan, flags: scan.flags.filter((flag) => used.has(flag.bit)) });
  const scans = plan.scans.map(trim).filter((scan) => scan.flags.length + scan.outputs.length > 0);
  return { ...plan, customer: trim(plan.customer), scans };
}

function findOutput(plan: AudiencePlan, name: string): { scan: Scan; output: Output } {
  for (const scan of [plan.customer, ...plan.scans]) {
    const output = scan.outputs.find((each) => each.name === name);
    if (output !== undefined) return { scan, output };
  }
  throw new RangeError(`The plan has no output ${name}.`);
}

function readOutput(scan: Scan, output: Output): Expression {
  const read = column(output.name, scan.name);
  if (!output.zeroWhenNoRow) return read;
  return { kind: 'call', name: 'coalesce', args: [read, { kind: 'literal', value: 0 }] };
}

function asText(expression: Expression, type: ColumnType): Expression {
  return type.kind === 'text' ? expression : { kind: 'cast', of: expression, to: { type: 'text' } };
}
