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
}

/** The statement that returns the distinct ids of an audience's members with its output columns. */
export function compileMembers(
  plan: AudiencePlan,
  dialect: Dialect,
  options: MembersOptions = {},
): CompiledQuery {
  const required = dialect.narrowsCustomers ? requiredTests(plan) : [];
  const root = withoutBits(plan.root, new Set(required.map(({ flag }) => flag.bit)));
  const trimmed = trimPlan({ ...plan, root }, usedBits(root));
  const only = required.map(({ test }) => test);
  const mask = options.maskPii === true;
  const id: Expression = { kind: 'cast', of: column(KEY, plan.customer.name), to: { type: 'text' } };
  const columns = [{ expression: mask && plan.idIsPersonal ? maskedExpression(id) : id, as: CUSTOMER_ID }];
  const result: ResultColumn[] = [{ name: CUSTOMER_ID, type: TEXT }];
  for (const name of plan.outputOrder) {
    const { scan, output } = findOutput(plan, name);
    const masked = mask && output.pii !== undefined;
    const read = readOutput(scan, output);
    columns.push({ expression: masked ? maskedExpression(asText(read, output.type)) : read, as: output.as });
    result.push({ name: output.as, type: masked ? TEXT : output.type });
  }
  const where = conditionOf(trimmed.root, flagsByBit(trimmed), false);
  const query: Select = {
    ...joinScans(trimmed, only),
    columns,
    ...(where === TRUE ? {} : { where }),
    ...(options.limit === undefined ? {} : { orderBy: [{ by: 1 }], limit: options.limit }),
  };
  return printQuery(query, dialect, result);
}

/** Tests of the customer's own row that every member passes: other rows need not be grouped, nor joined. */
function requiredTests(plan: AudiencePlan): { flag: Flag; test: Expression }[] {
  const { root } = plan;
  const bits = root.kind === 'all' ? root.of : [root];
  return plan.customer.flags.flatMap((flag) => {
    const isRequired = bits.some((each) => each.kind === 'bit' && each.index === flag.bit);
    const test = isRequired ? rowTest(flag, plan.asOf) : undefined;
    return test === undefined ? [] : [{ flag, test }];
  });
}

/** The expression where these bits are known to be true; they are the whole of it, or parts of an `all` at its top. */
function withoutBits(root: BooleanExpression, bits: ReadonlySet<number>): BooleanExpression {
  const isKnown = (each: BooleanExpression): boolean => each.kind === 'bit' && bits.has(each.index);
  if (root.kind !== 'all') return isKnown(root) ? { kind: 'constant', value: true } : root;
  return { kind: 'all', of: root.of.filter((each) => !isKnown(each)) };
}

/** The scans as named queries, joined to the customer. */
function joinScans(plan: AudiencePlan, only: readonly Expression[]): Pick<Select, 'with' | 'from' | 'joins'> {
  const { customer, scans } = plan;
  const joins: Join[] = scans.map((scan) => ({
    kind: 'LEFT',
    relation: { kind: 'named', name: scan.name },
    on: compare(column(KEY, scan.name), '=', column(KEY, customer.name)),
  }));
  return {
    with: [
      { name: customer.name, query: scanSelect(customer, plan.asOf, { everyRow: true, only }) },
      ...scans.map((scan) => ({ name: scan.name, query: scanSelect(scan, plan.asOf, { everyRow: false }) })),
    ],
    from: { kind: 'named', name: customer.name },
    joins,
  };
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
