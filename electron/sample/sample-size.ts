/** The sizes the sample lakehouse comes in. */
export const SAMPLE_SIZES = ['small', 'medium', 'large'] as const;
export type SampleSize = (typeof SAMPLE_SIZES)[number];

/** What a size asks of the generator. Transactions follow from baskets: about 5.5 each. */
export interface SampleScale {
  readonly households: number;
  /** Baskets of an average household over two years. */
  readonly baskets: number;
  readonly productsPerCategory: number;
}

/** How many households and baskets each size has. */
export const SAMPLE_SCALES: Readonly<Record<SampleSize, SampleScale>> = {
  small: { households: 2_500, baskets: 21.8, productsPerCategory: 60 },
  medium: { households: 50_000, baskets: 5.7, productsPerCategory: 150 },
  large: { households: 1_000_000, baskets: 3.85, productsPerCategory: 400 },
};

/** The instant at which the sample's history ends; relative windows are counted from it. */
export const SAMPLE_AS_OF = '2026-11-01T00:00:00.000Z';

/** The name of the file that holds a size. A change of the generator raises the version, so that no old file is taken for a new one. */
export function sampleFileName(size: SampleSize): string {
  return `retail-${size}-v1.duckdb`;
}

/** True for the name of a size. */
export function isSampleSize(value: unknown): value is SampleSize {
  return SAMPLE_SIZES.some((size) => size === value);
}
