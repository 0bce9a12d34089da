import { commentStatements } from './comment-sql.ts';
import { FONDNESS, peopleStatements } from './people-sql.ts';
import { SAMPLE_SCALES, type SampleSize } from './sample-size.ts';
import { shopStatements } from './shop-sql.ts';
import { DRAW_MACROS, type SampleStatement } from './sql-text.ts';

/**
 * The statements that make the sample lakehouse of a size in an empty DuckDB catalog that is the current one, in order. The same size
 * gives the same rows in the same order on every machine and with any number of threads.
 */
export function sampleStatements(size: SampleSize): SampleStatement[] {
  const scale = SAMPLE_SCALES[size];
  return [
    ...[...DRAW_MACROS, FONDNESS, 'CREATE SCHEMA retail'].map((sql) => ({ label: 'Preparing', sql })),
    ...peopleStatements(scale),
    ...shopStatements(scale),
    ...commentStatements(),
  ];
}
