import { type BooleanExpression, bitsOf } from '../domain/composition.ts';
import type { AudiencePlan, Flag, Scan } from './audience-plan.ts';
import { NOT_NARROWED, type Narrowed, type Required } from './join-scans.ts';
import { rowTest } from './scan-select.ts';

/** A plan of which a part is decided before the scans are joined: `plan` asks the rest. */
export interface NarrowedPlan {
  readonly plan: AudiencePlan;
  readonly narrowed: Narrowed;
}

/** The plan with all to be decided behind the joins. */
export function untouched(plan: AudiencePlan): NarrowedPlan {
  return { plan: trimPlan(plan, plan.root), narrowed: NOT_NARROWED };
}

/**
 * Takes out of a plan what every member passes and what one scan decides alone. A scan decides alone where nothing else is asked together with it
 * and nobody without its rows passes: it then only has to name the customers who do, which keeps joins small and tells engines how small.
 */
export function narrow(plan: AudiencePlan): NarrowedPlan {
  const whole = trimPlan(plan, plan.root);
  const parts = conjunctsOf(plan.root);
  const own = whole.customer.flags.flatMap((flag) => {
    const test = parts.some((part) => isBit(part, flag)) ? rowTest(flag, plan.asOf) : undefined;
    return test === undefined ? [] : [{ flag, test }];
  });
  const required = whole.scans.flatMap((scan): Required[] => requiredOf(scan, parts, plan));
  const taken = new Set(required.flatMap(({ scan }) => scan.flags.map(({ bit }) => bit)));
  const rest = parts.filter(
    (part) => !own.some(({ flag }) => isBit(part, flag)) && !intersects(bitsOf(part), taken) && !isTrue(part),
  );
  // Alone it has nobody to leave out, and columns are read of everybody who is left.
  const isLast = plan.outputOrder.length === 0 && own.length + required.length + rest.length > 1;
  const last = isLast ? chooseLast(required) : undefined;
  return {
    plan: trimPlan(plan, { kind: 'all', of: rest }),
    narrowed: {
      tests: own.map(({ test }) => test),
      required: required.filter((each) => each !== last),
      ...(last === undefined ? {} : { last }),
    },
  };
}

/** What has to hold all together. */
function conjunctsOf(root: BooleanExpression): readonly BooleanExpression[] {
  return root.kind === 'all' ? root.of.flatMap(conjunctsOf) : [root];
}

function requiredOf(scan: Scan, parts: readonly BooleanExpression[], { asOf }: AudiencePlan): Required[] {
  const bits = new Set(scan.flags.map(({ bit }) => bit));
  const asking = parts.filter((part) => intersects(bitsOf(part), bits));
  const isAlone = asking.every((part) => [...bitsOf(part)].every((bit) => bits.has(bit)));
  if (scan.outputs.length > 0 || asking.length === 0 || !isAlone) return [];
  const together: BooleanExpression = { kind: 'all', of: asking };
  if (holdsWithoutRow(together, scan)) return [];
  const [flag, ...others] = scan.flags;
  // Two conditions may be met by two rows: only one alone says the same of a row as of a customer.
  const isByRow =
    flag !== undefined &&
    others.length === 0 &&
    asking.every((part) => isBit(part, flag)) &&
    rowTest(flag, asOf) !== undefined;
  return [isByRow ? { scan } : { scan, together }];
}

/** Where rows are likely to be many: a scan that weighs a customer's rows of some time, the one that weighs them most. */
function chooseLast(required: readonly Required[]): Required | undefined {
  const weighing = required.filter(
    ({ scan, together }) => together !== undefined && scan.keyIsId && isOfTime(scan),
  );
  return weighing.toSorted((left, right) => right.scan.flags.length - left.scan.flags.length)[0];
}

function isOfTime({ flags }: Scan): boolean {
  return flags.some(({ ask }) => ask.kind === 'measure' && ask.predicate.window !== undefined);
}

/** Whether an expression over the flags of one scan holds for a customer of whom it has no row. */
function holdsWithoutRow(expression: BooleanExpression, scan: Scan): boolean {
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'bit':
      return scan.flags.some(({ bit, whenNoRow }) => bit === expression.index && whenNoRow);
    case 'not':
      return !holdsWithoutRow(expression.of, scan);
    case 'all':
      return expression.of.every((each) => holdsWithoutRow(each, scan));
    case 'any':
      return expression.of.some((each) => holdsWithoutRow(each, scan));
  }
}

function isBit(expression: BooleanExpression, { bit }: Flag): boolean {
  return expression.kind === 'bit' && expression.index === bit;
}

function isTrue(expression: BooleanExpression): boolean {
  return expression.kind === 'constant' && expression.value;
}

function intersects(left: ReadonlySet<number>, right: ReadonlySet<number>): boolean {
  return [...left].some((bit) => right.has(bit));
}

/** The plan that asks this root, without flags that it does not ask, and without scans that nothing asks any more. */
function trimPlan(plan: AudiencePlan, root: BooleanExpression): AudiencePlan {
  const used = bitsOf(root);
  const trim = (scan: Scan): Scan => ({ ...scan, flags: scan.flags.filter((flag) => used.has(flag.bit)) });
  const scans = plan.scans.map(trim).filter((scan) => scan.flags.length + scan.outputs.length > 0);
  return { ...plan, root, customer: trim(plan.customer), scans };
}
