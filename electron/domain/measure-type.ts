import { BIGINT, type ColumnType } from './column-type.ts';
import type { Measure } from './rule.ts';

/** The decimal that money and other approximate numbers are added in: 22 digits before the point, 6 after it. */
export const FLOAT_SUM = { precision: 28, scale: 6 } as const;

/**
 * The type of a measure's result. Sums are decimals: `sum(DOUBLE)` depends on the order of the scan, so that a count shown and the
 * rows exported could differ. Averages are an exact sum divided once.
 */
export function measureType(measure: Measure, of: ColumnType | undefined): ColumnType {
  switch (measure.of) {
    case 'exists':
    case 'not-exists':
      return { kind: 'boolean', native: 'boolean' };
    case 'count':
    case 'count-distinct':
      return BIGINT;
    case 'sum': {
      const scale = of?.kind === 'decimal' ? of.scale : of?.kind === 'float' ? FLOAT_SUM.scale : 0;
      return { kind: 'decimal', native: `decimal(38,${scale})`, precision: 38, scale };
    }
    case 'avg':
      return { kind: 'float', native: 'double', bits: 64 };
    case 'min':
    case 'max':
    case 'latest':
      return of ?? { kind: 'other', native: 'unknown' };
  }
}
