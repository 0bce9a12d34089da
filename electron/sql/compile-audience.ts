import { CUSTOMER_ID } from '../domain/audience.ts';
import { TEXT } from '../domain/column-type.ts';
import { type BooleanExpression, bitsOf } from '../domain/composition.ts';
import type { AudiencePlan, Scan } from './audience-plan.ts';
import type { CompiledQuery, ResultColumn } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { type Expression, TRUE, asText, column } from './expression.ts';
import {
  NOT_NARROWED,
  type Narrowed,
  conditionOf,
  findOutput,
  flagsByBit,
  isUniqueLate,
  joinScans,
  readOutput,
} from './join-scans.ts';
import { maskedExpression } from './mask-expression.ts';
import { printQuery } from './printer.ts';
import { KEY, rowTest } from './scan-select.ts';
import type { Select } from './select.ts';

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
  const trimmed = trimPlan({ ...plan, root }, bitsOf(root));
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
  const { scans } = trimPlan(plan, bitsOf(root));
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

/** The plan without flags that the root does not ask, and without scans that nothing asks any more. */
function trimPlan(plan: AudiencePlan, used: ReadonlySet<number>): AudiencePlan {
  const trim = (scan: Scan): Scan => ({ ...scan, flags: scan.flags.filter((flag) => used.has(flag.bit)) });
  const scans = plan.scans.map(trim).filter((scan) => scan.flags.length + scan.outputs.length > 0);
  return { ...plan, customer: trim(plan.customer), scans };
}
