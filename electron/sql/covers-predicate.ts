import type { PlannedTest, RowPredicate } from './audience-plan.ts';

/** True where every row that meets `narrow` surely meets `wide`: fewer filters of the same kind, and a window that holds the other. */
export function coversPredicate(wide: RowPredicate, narrow: RowPredicate): boolean {
  const known = new Set(narrow.filters.map(writeTest));
  return wide.filters.every((filter) => known.has(writeTest(filter))) && coversWindow(wide, narrow);
}

function writeTest({ column, path, test }: PlannedTest): string {
  return JSON.stringify([column, path, test]);
}

function coversWindow({ window: wide }: RowPredicate, { window: narrow }: RowPredicate): boolean {
  if (wide === undefined) return true;
  if (narrow === undefined || narrow.column !== wide.column) return false;
  const from = wide.from === undefined || (narrow.from !== undefined && at(wide.from) <= at(narrow.from));
  if (!from || wide.to === undefined) return from;
  if (narrow.to === undefined) return false;
  const [end, other] = [at(wide.to), at(narrow.to)];
  return end > other || (end === other && (wide.toIncluded || !narrow.toIncluded));
}

function at(instant: string): number {
  return Date.parse(instant);
}
