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

/**
 * The one query of all counts: customers grouped by the mask of the conditions they meet. Columns `m0`, `m1` … hold 30 conditions
 * each, `customers` the count.
 *
 * No scan is joined. Each gives rows of a customer's key and the bits of what holds, and one GROUP BY puts them together with
 * `bit_or`: what one row can decide is not even grouped before. (Joining four scans to all of 1M customers cost six times what the inner
 * joins of an audience cost on DuckDB.) Beside the conditions there is a bit for each scan that must know whether a
 * customer has rows in it: the customer's own, since other tables may hold keys that are no customer's, and those with a condition that
 * also holds where there are no rows.
 */
export function compileHistogram(plan: AudiencePlan, dialect: Dialect): CompiledQuery {
  const scans = [plan.customer, ...plan.scans.filter((scan) => scan.flags.length > 0)];
  const withPresence = scans.filter(
    (scan) => scan === plan.customer || scan.flags.some((flag) => flag.whenNoRow),
  );
  const presence = new Map(withPresence.map((scan, at) => [scan, plan.conditions + at]));
  const chunks = chunksOf(plan.conditions + presence.size);
  const asked = chunksOf(plan.conditions);
  const query: Select = {
    with: [
      {
        name: ANSWERS,
        query: {
          unionAll: scans.map((scan) =>
            answersOf(scan, plan, { presence: presence.get(scan), chunks: chunks.length }),
          ),
        },
      },
      {
        name: CUSTOMERS,
        query: {
          columns: [
            { expression: column(KEY), as: KEY },
            ...chunks.map((chunk) => ({
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
      ...asked.map((chunk) => ({
        expression: finishedMask(plan, presence, chunk),
        as: maskName(chunk),
      })),
      { expression: { kind: 'aggregate', name: 'count', of: '*' }, as: 'customers' },
    ],
    from: { kind: 'named', name: CUSTOMERS },
    where: testBit(plan.conditions, '<>'),
    groupBy: asked.map((chunk) => chunk + 1),
  };
  const names = [...asked.map(maskName), 'customers'];
  return printQuery(
    query,
    dialect,
    names.map((name) => ({ name, type: BIGINT })),
  );
}

/** Reads the rows of {@link compileHistogram}. */
export function readHistogram(
  rows: readonly (readonly unknown[])[],
  plan: Pick<AudiencePlan, 'conditions' | 'asOf'>,
): Histogram {
  const cells = rows.map((row) => {
    const numbers = row.map(Number);
    return { masks: numbers.slice(0, -1), count: numbers.at(-1) ?? 0 };
  });
  const total = cells.reduce((sum, cell) => sum + cell.count, 0);
  return { total, conditions: plan.conditions, cells, asOf: plan.asOf };
}

/** What a scan says of its customers: a row for each of its own rows where each decides alone, else one for each customer. */
function answersOf(
  scan: Scan,
  plan: AudiencePlan,
  { presence, chunks }: { readonly presence: number | undefined; readonly chunks: number },
): Select {
  const rowTests = scan.flags.map((flag) => rowTest(flag, plan.asOf));
  const decidesByRow = rowTests.every((test) => test !== undefined);
  const tests = decidesByRow ? rowTests : scan.flags.map((flag) => flagExpression(flag, plan.asOf));
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
    ...scannedRows(scan, plan.asOf, { everyRow: scan === plan.customer }),
    ...(decidesByRow ? {} : { groupBy: [key], ...having }),
  };
}

/** The bits of a chunk that are conditions, with those added that hold where a customer has no rows. */
function finishedMask(plan: AudiencePlan, presence: ReadonlyMap<Scan, number>, chunk: number): Expression {
  const inChunk = Math.min(BITS_PER_MASK, plan.conditions - chunk * BITS_PER_MASK);
  const conditions = { kind: 'literal', value: 2 ** Math.max(0, inChunk) - 1 } as const;
  const known: Expression = {
    kind: 'arithmetic',
    op: '&',
    left: column(maskName(chunk)),
    right: conditions,
  };
  const added = [...presence].flatMap(([scan, bit]) =>
    scan === plan.customer
      ? []
      : scan.flags
          .filter((flag) => flag.whenNoRow && chunkOf(flag.bit) === chunk)
          .map((flag) => weigh({ bit: flag.bit, when: testBit(bit, '=') })),
  );
  return sumOf([known, ...added]);
}

function chunkOf(bit: number): number {
  return Math.floor(bit / BITS_PER_MASK);
}

/** The numbers of the masks that so many bits need; one at least, so that there is always a mask to group by. */
function chunksOf(bits: number): number[] {
  return Array.from({ length: Math.max(1, Math.ceil(bits / BITS_PER_MASK)) }, (_, chunk) => chunk);
}

function maskName(chunk: number): string {
  return `m${chunk}`;
}

function weightOf(bit: number): Expression {
  return { kind: 'literal', value: 2 ** (bit % BITS_PER_MASK) };
}

function weigh({ bit, when }: { readonly bit: number; readonly when: Expression }): Expression {
  const then = weightOf(bit);
  return when === TRUE ? then : { kind: 'case', when, then, otherwise: { kind: 'literal', value: 0 } };
}

function testBit(bit: number, op: '=' | '<>'): Expression {
  const masked: Expression = {
    kind: 'arithmetic',
    op: '&',
    left: column(maskName(chunkOf(bit))),
    right: weightOf(bit),
  };
  return compare(masked, op, { kind: 'literal', value: 0 });
}

function sumOf(parts: readonly Expression[]): Expression {
  const [first, ...rest] = parts;
  return rest.reduce<Expression>(
    (left, right) => ({ kind: 'arithmetic', op: '+', left, right }),
    first ?? { kind: 'literal', value: 0 },
  );
}
