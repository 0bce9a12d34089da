import { z } from 'zod';

/** How many tests of a report passed, and how many did not: failed, skipped, or never came to run. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const VitestReport = z.object({
  testResults: z.array(
    z.object({
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

const PlaywrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
  errors: z.array(z.unknown()),
});

/** Counts a Vitest JSON report. A file that failed without a failed test, such as one that cannot load, counts as one. */
export function countVitest(report: unknown): Counts {
  const { testResults } = VitestReport.parse(report);
  let passed = 0;
  let failed = 0;
  for (const { status, assertionResults } of testResults) {
    const passedHere = assertionResults.filter((test) => test.status === 'passed').length;
    const failedHere = assertionResults.length - passedHere;
    passed += passedHere;
    failed += failedHere;
    if (status !== 'passed' && failedHere === 0) failed += 1;
  }
  return { passed, failed };
}

/** Counts a Playwright JSON report. Errors outside of any test, such as a file that cannot load, count too. */
export function countPlaywright(report: unknown): Counts {
  const { stats, errors } = PlaywrightReport.parse(report);
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + stats.skipped + errors.length,
  };
}
