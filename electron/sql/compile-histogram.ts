import { BIGINT } from '../domain/column-type.ts';
import { BITS_PER_MASK, type Histogram } from '../domain/histogram.ts';
import type { AudiencePlan, Scan } from './audience-plan.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { type Expression, TRUE, any, column, compare } from './expression.ts';
import { printQuery } from './printer.ts';
import { KEY, flagExpression, keyExpression, rowTest, scannedRows } from './scan-select.ts';
import type { Select } from './select.ts';

/** The name of the rows that say what each customer meets, and of the customers made of them. */
const ANSWERS = 'answers';
const CUSTOMERS = 'customers';

const ZERO: Expression = { kind: 'literal', value: 0 };

/**
 * The one query of all counts: customers grouped by the mask of the conditions they meet. Columns `m0`, `m1` … hold 30 bits each, `customers`
 * the count; {@link readHistogram} reads them.
 *
 * No scan is joined. Each gives rows of a customer's key and the bits of what holds, and one GROUP BY puts them together with
 * `bit_or`: what one row can decide is not even grouped before. (Joining four scans to all of 1M customers cost six times what the inner
 * joins of an audience cost on DuckDB.) After the conditions come the bits of {@link presenceBits}.
 */
export function compileHistogram(plan: AudiencePlan, dialect: Dialect): CompiledQuery {
  const presence = presenceBits(plan);
  const masks = Array.from({ length: chunkOf(plan.conditions + presence.size - 1) + 1 }, (_, chunk) => chunk);
  const query: Select = {
    with: [
      {
        name: ANSWERS,
        query: {
          unionAll: askedScans(plan).map((scan) =>
            answersOf(scan, plan, { presence: presence.get(scan), chunks: masks.length }),
          ),
        },
      },
      {
        name: CUSTOMERS,
        query: {
          columns: [
            { expression: column(KEY), as: KEY },
            ...masks.map((chunk) => ({
              expression: { kind: 'aggregate', name: 'bit_or', of: column(maskName(chunk)) } as const,
              as: maskName(chunk),
            })),
          ],
          from: { kind: 'named', name: ANSWERS },
          groupBy: [column(KEY)],
        },
      },
    ],
    columns: [
      ...masks.map((chunk) => ({ expression: column(maskName(chunk)), as: maskName(chunk) })),
      { expression: { kind: 'aggregate', name: 'count', of: '*' }, as: 'customers' },
    ],
    from: { kind: 'named', name: CUSTOMERS },
    where: hasCustomer(plan),
    groupBy: masks.map((chunk) => chunk + 1),
  };
  const names = [...masks.map(maskName), 'customers'];
  return printQuery(
    query,
    dialect,
    names.map((name) => ({ name, type: BIGINT })),
  );
}

/**
 * Reads the rows of {@link compileHistogram}: adds the conditions that hold where a customer has no rows, and leaves only the conditions. Here
 * that is done for some hundred rows, in the warehouse it would be for every customer.
 */
export function readHistogram(rows: readonly (readonly unknown[])[], plan: AudiencePlan): Histogram {
  const presence = presenceBits(plan);
  const cells = new Map<string, Histogram['cells'][number]>();
  for (const row of rows) {
    const found = row.map(Number);
    const count = found.pop() ?? 0;
    const masks = finishMasks(found, plan, presence);
    const key = masks.join();
    cells.set(key, { masks, count: count + (cells.get(key)?.count ?? 0) });
  }
  const all = [...cells.values()];
  const total = all.reduce((sum, cell) => sum + cell.count, 0);
  return { total, conditions: plan.conditions, cells: all, asOf: plan.asOf };
}

function finishMasks(
  found: readonly number[],
  { conditions }: AudiencePlan,
  presence: ReadonlyMap<Scan, number>,
): number[] {
  const isSet = (bit: number): boolean => ((found[chunkOf(bit)] ?? 0) & weightOf(bit)) !== 0;
  const absent = [...presence].filter(([, bit]) => !isSet(bit)).flatMap(([scan]) => scan.flags);
  const added = new Set(absent.filter((flag) => flag.whenNoRow).map((flag) => flag.bit));
  const masks = Array.from({ length: Math.max(1, chunkOf(conditions - 1) + 1) }, () => 0);
  for (let bit = 0; bit < conditions; bit += 1) {
    if (isSet(bit) || added.has(bit)) masks[chunkOf(bit)] = (masks[chunkOf(bit)] ?? 0) | weightOf(bit);
  }
  return masks;
}

/** The scans that are asked for a condition, the customer's first. */
function askedScans({ customer, scans }: AudiencePlan): Scan[] {
  return [customer, ...scans.filter((scan) => scan.flags.length > 0)];
}

/**
 * The bits that say whether a customer has rows in a scan, after those of the conditions: the customer's own scan, since other tables may hold
 * keys that are no customer's, and the scans with a condition that also holds where there are no rows.
 */
function presenceBits(plan: AudiencePlan): ReadonlyMap<Scan, number> {
  const known = askedScans(plan).filter(
    (scan) => scan === plan.customer || scan.flags.some((flag) => flag.whenNoRow),
  );
  return new Map(known.map((scan, at) => [scan, plan.conditions + at]));
}

/** True for a key that the customer table holds. */
function hasCustomer({ conditions }: AudiencePlan): Expression {
  const bit: Expression = {
    kind: 'arithmetic',
    op: '&',
    left: column(maskName(chunkOf(conditions))),
    right: weight(conditions),
  };
  return compare(bit, '<>', ZERO);
}

/** What a scan says of its customers: a row for each of its own rows where each decides alone, else one for each customer. */
function answersOf(
  scan: Scan,
  plan: AudiencePlan,
  { presence, chunks }: { readonly presence: number | undefined; readonly chunks: number },
): Select {
  const rowTests = scan.flags.map((flag) => rowTest(flag, plan.asOf));
  const decidesByRow = rowTests.every((test) => test !== undefined);
  const { from, where, covering } = scannedRows(scan, plan.asOf, { everyRow: scan === plan.customer });
  const tests = decidesByRow ? rowTests : scan.flags.map((flag) => flagExpression(flag, plan.asOf, covering));
  const parts = scan.flags.flatMap(({ bit }, at) => {
    const when = tests[at];
    return when === undefined ? [] : [{ bit, when }];
  });
  if (presence !== undefined) parts.push({ bit: presence, when: TRUE });
  const key = keyExpression(scan);
  // Groups without a bit say nothing: on DuckDB leaving them out was worth 4% of the whole query.
  const having = presence === undefined ? { having: any(parts.map(({ when }) => when)) } : {};
  return {
    columns: [
      { expression: key, as: KEY },
      ...Array.from({ length: chunks }, (_, chunk) => ({
        expression: sumOf(parts.filter(({ bit }) => chunkOf(bit) === chunk).map(weigh)),
        as: maskName(chunk),
      })),
    ],
    from,
    where,
    ...(decidesByRow ? {} : { groupBy: [key], ...having }),
  };
}

function chunkOf(bit: number): number {
  return Math.floor(bit / BITS_PER_MASK);
}

function maskName(chunk: number): string {
  return `m${chunk}`;
}

function weightOf(bit: number): number {
  return 2 ** (bit % BITS_PER_MASK);
}

function weight(bit: number): Expression {
  return { kind: 'literal', value: weightOf(bit) };
}

function weigh({ bit, when }: { readonly bit: number; readonly when: Expression }): Expression {
  const then = weight(bit);
  return when === TRUE ? then : { kind: 'case', when, then, otherwise: ZERO };
}

function sumOf(parts: readonly Expression[]): Expression {
  const [first, ...rest] = parts;
  return rest.reduce<Expression>(
    (left, right) => ({ kind: 'arithmetic', op: '+', left, right }),
    first ?? ZERO,
  );
}
