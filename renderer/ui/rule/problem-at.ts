import type { Problem } from '../../../electron/domain/problem.ts';

/** The message of the first problem exactly at this path, with its next act; undefined where there is none. */
export function problemAt(problems: readonly Problem[], where: string): string | undefined {
  const found = problems.find((problem) => problem.where === where);
  return found === undefined ? undefined : `${found.message} ${found.help}`;
}

/** The problems at this path and below it. */
export function problemsWithin(problems: readonly Problem[], where: string): Problem[] {
  return problems.filter(
    ({ where: at }) => at === where || at.startsWith(`${where}.`) || at.startsWith(`${where}[`),
  );
}
