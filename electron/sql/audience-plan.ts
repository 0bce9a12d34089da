import type { BooleanExpression } from '../domain/composition.ts';
import type { ColumnType } from '../domain/column-type.ts';
import type { Instant } from '../domain/duration.ts';
import type { PiiKind } from '../domain/model.ts';
import type { Measure, Test } from '../domain/rule.ts';
import type { TablePath } from '../domain/table-path.ts';

/** A column or a field inside it, with the type of what it leads to. */
export interface PlannedColumn {
  readonly column: string;
  readonly path: readonly string[];
  readonly type: ColumnType;
}

/** A test of one row. */
export interface PlannedTest extends PlannedColumn {
  readonly test: Test;
}

/** Which rows count: all filters hold, and the time lies in `from` (included) to `to`. */
export interface RowPredicate {
  readonly filters: readonly PlannedTest[];
  readonly window?: {
    readonly column: string;
    readonly type: ColumnType;
    readonly from?: Instant;
    readonly to?: Instant;
    readonly toIncluded: boolean;
  };
}

/** A measure over the rows that meet a predicate. `time` orders rows for `latest`. */
export interface PlannedMeasure {
  readonly kind: 'measure';
  readonly predicate: RowPredicate;
  readonly measure: Measure;
  readonly of?: ColumnType;
  readonly time?: string;
}

/** A condition answered by a scan: a column `name` that is true, false or NULL for each customer the scan has rows of. */
export interface Flag {
  readonly name: string;
  readonly bit: number;
  readonly ask: ({ readonly kind: 'attribute' } & PlannedTest) | (PlannedMeasure & { readonly test?: Test });
  /** The answer for a customer without rows. */
  readonly whenNoRow: boolean;
}

/** A column of the result that a scan computes. */
export interface Output {
  readonly name: string;
  /** The name in the result. */
  readonly as: string;
  readonly type: ColumnType;
  readonly pii?: PiiKind;
  readonly compute: ({ readonly kind: 'attribute' } & PlannedColumn) | PlannedMeasure;
  /** Zero instead of NULL for a customer without rows: counts. */
  readonly zeroWhenNoRow: boolean;
}

/** Everything that is asked of one entity, in one scan of its table. */
export interface Scan {
  readonly name: string;
  readonly table: TablePath;
  readonly key: string;
  /** Keys of different types are compared as text. */
  readonly castKey: boolean;
  /** True where the key has the very type of the customer's id, so that as text it is the id. */
  readonly keyIsId: boolean;
  readonly flags: readonly Flag[];
  readonly outputs: readonly Output[];
}

/**
 * What will be queried, as plain data: the customer's scan, one scan for each other entity that is asked, the expression over their
 * flags, and the columns of the result. The dialect's physical plan turns it into one statement.
 */
export interface AudiencePlan {
  readonly asOf: Instant;
  readonly customer: Scan;
  readonly idType: ColumnType;
  /** True where the customer id itself is personal and masked in previews. */
  readonly idIsPersonal: boolean;
  readonly scans: readonly Scan[];
  /** How many conditions there are; flags carry their bits. */
  readonly conditions: number;
  readonly root: BooleanExpression;
  /** Names of the result's columns in order, beside the customer id. */
  readonly outputOrder: readonly string[];
}
