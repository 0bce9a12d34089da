import type { Audience } from '../../../electron/domain/audience.ts';
import {
  type BooleanExpression,
  type Definitions,
  composeRules,
} from '../../../electron/domain/composition.ts';
import { type Histogram, countMatching } from '../../../electron/domain/histogram.ts';

/** The sizes of audiences from one answer, and what is needed to compare them further. */
export interface CountedAudiences {
  readonly total: number;
  /** By the id of the audience. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly expressions: ReadonlyMap<string, BooleanExpression>;
  readonly histogram: Histogram;
}

/** Reads the sizes of audiences from the histogram of their rules, asked for in this order. */
export function countAudiences(
  audiences: readonly Audience[],
  definitions: Definitions,
  histogram: Histogram,
): CountedAudiences {
  const { roots } = composeRules(
    audiences.map((each) => each.rule),
    definitions,
  );
  const sizes = new Map<string, number>();
  const expressions = new Map<string, BooleanExpression>();
  audiences.forEach(({ id }, at) => {
    const root = roots[at];
    if (root === undefined) return;
    expressions.set(id, root);
    sizes.set(id, countMatching(root, histogram));
  });
  return { total: histogram.total, sizes, expressions, histogram };
}
