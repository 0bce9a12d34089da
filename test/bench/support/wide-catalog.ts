import type { ColumnMetadata, TableMetadata } from '../../../electron/domain/catalog.ts';
import type { ColumnType } from '../../../electron/domain/column-type.ts';
import type { SampleSize } from '../../../electron/sample/sample-size.ts';

/** Tables of the metadata of each size, 50 columns each: large is 10,000 tables with 500,000 columns. */
export const WIDE_TABLES: Readonly<Record<SampleSize, number>> = { small: 500, medium: 2_000, large: 10_000 };

const COLUMNS = 50;
const SCHEMAS = 40;
const AS_OF = '2026-11-01T00:00:00.000Z';
const CATALOGS = ['prod', 'staging', 'sandbox', 'finance'];
const LAYERS = ['raw', 'stg', 'dim', 'fct', 'agg', 'mart', 'tmp'];
const SUBJECTS =
  'customer order basket product store campaign coupon email consent household loyalty session click refund shipment invoice supplier inventory price promotion review ticket survey device segment forecast budget payment subscription visit'.split(
    ' ',
  );
const PARTS =
  'id key name code status type amount total count rate score date created updated started ended address city country region channel category level tier reason source currency discount tax quantity weight version flag hash label note rank share'.split(
    ' ',
  );
/** Columns that nearly every table of a lakehouse has, so that their first letters find nearly every table. */
const EVERYWHERE = ['customer_id', 'created_at', 'updated_at', '_ingested_at', 'sourceSystem'];
const TYPES: readonly ColumnType[] = [
  { kind: 'text', native: 'STRING' },
  { kind: 'integer', native: 'BIGINT', bits: 64 },
  { kind: 'timestamp', native: 'TIMESTAMP', zoned: true },
  { kind: 'decimal', native: 'DECIMAL(18,2)', precision: 18, scale: 2 },
];

/** Metadata as a large company's lakehouse has it: layered names, columns that recur in every table, comments on a third of them. */
export function* describeWideCatalog(tables: number): Generator<TableMetadata> {
  for (let at = 0; at < tables; at += 1) {
    const subject = pick(SUBJECTS, at);
    const name = `${pick(LAYERS, at + 1)}_${subject}_${pick(PARTS, at + 2)}_${at}`;
    const schema = `${pick(SUBJECTS, Math.floor(at / (tables / SCHEMAS)))}_${Math.floor(at / (tables / SCHEMAS))}`;
    yield {
      path: { catalog: CATALOGS[at % CATALOGS.length] ?? '', schema, table: name },
      kind: at % 10 === 0 ? 'view' : 'table',
      ...(at % 2 === 0 ? { comment: `One row for each ${subject}, as ${pick(LAYERS, at)} sees it` } : {}),
      columns: Array.from({ length: COLUMNS }, (_, column) => describeColumn(at * COLUMNS + column, column)),
      rowCount: { rows: (at * 7_919) % 90_000_000, from: 'metadata', asOf: AS_OF },
      asOf: AS_OF,
    };
  }
}

function describeColumn(seed: number, position: number): ColumnMetadata {
  const [subject, part] = [pick(SUBJECTS, seed), pick(PARTS, seed + 1)];
  return {
    name: EVERYWHERE[position] ?? `${subject}_${part}_${position}`,
    type: TYPES[seed % TYPES.length] ?? { kind: 'other', native: 'VOID' },
    nullable: position > 0,
    ...(seed % 3 === 0
      ? { comment: `The ${part} of the ${subject} when it was last ${pick(PARTS, seed + 2)}` }
      : {}),
  };
}

/** A word for a number: the same each time, with no order between neighbours (Knuth's multiplicative hash). */
function pick(words: readonly string[], seed: number): string {
  return words[(Math.imul(seed + 1, 2_654_435_761) >>> 8) % words.length] ?? '';
}
