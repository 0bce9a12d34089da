import { z } from 'zod';

/**
 * One finding of a check. `where` is the path of the thing in its document
 * (`model.entities[1].key`, `rule.rules[0].condition.test`), so that a page can show it in place.
 */
export const Problem = z.object({
  severity: z.enum(['error', 'warning']),
  where: z.string(),
  message: z.string(),
  help: z.string(),
});
export type Problem = z.infer<typeof Problem>;

/** True when at least one finding forbids going on. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** A finding that forbids going on: what is wrong at a path, and the next act. */
export function errorAt(where: string, message: string, help: string): Problem {
  return { severity: 'error', where, message, help };
}

/** A finding to think about, which forbids nothing. */
export function warningAt(where: string, message: string, help: string): Problem {
  return { severity: 'warning', where, message, help };
}
