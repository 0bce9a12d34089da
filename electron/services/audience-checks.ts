import { AppError } from '../domain/app-error.ts';
import type { Audience, OutputColumn } from '../domain/audience.ts';
import { checkColumns } from '../domain/check-columns.ts';
import { checkRule } from '../domain/check-rule.ts';
import { type Definitions, composeRules } from '../domain/composition.ts';
import { type Problem, hasErrors } from '../domain/problem.ts';
import type { Rule } from '../domain/rule.ts';

/** Everything that keeps an audience from running. Paths begin with `rule` or `columns`. */
export function checkAudience(
  audience: Pick<Audience, 'rule' | 'columns'>,
  definitions: Definitions,
): Problem[] {
  return [...checkRule(audience.rule, definitions), ...checkColumns(audience.columns, definitions.model)];
}

/**
 * Refuses a draft that could not run, given the definitions with the draft among the audiences.
 * @throws AppError AUDIENCE_CYCLE, RULE_INVALID with the path of the first error
 */
export function refuseBrokenAudience(draft: Audience, definitions: Definitions): void {
  refuseCycle(draft, definitions);
  refuseProblems(checkAudience(draft, definitions));
}

/** @throws AppError RULE_INVALID with the path of the first error among rules and columns that are not saved */
export function refuseBrokenRules(
  rules: readonly Rule[],
  columns: readonly OutputColumn[],
  definitions: Definitions,
): void {
  const place = (at: number): string => (rules.length === 1 ? 'rule' : `rules[${at}]`);
  refuseProblems([
    ...rules.flatMap((rule, at) => checkRule(rule, definitions, place(at))),
    ...checkColumns(columns, definitions.model),
  ]);
}

function refuseCycle(draft: Audience, definitions: Definitions): void {
  try {
    // Asked as a member of the audience itself, so that a cycle through the draft is named from the draft.
    composeRules([{ kind: 'audience', audience: draft.id }], definitions);
  } catch (error) {
    if (error instanceof AppError && error.code === 'AUDIENCE_CYCLE') throw error;
    // Anything else is named with its path by the checks that follow.
  }
}

/** @throws AppError RULE_INVALID with the first of these that is an error */
export function refuseProblems(problems: readonly Problem[]): void {
  if (!hasErrors(problems)) return;
  const errors = problems.filter((problem) => problem.severity === 'error');
  const [first] = errors;
  throw new AppError({
    code: 'RULE_INVALID',
    message: first?.message ?? 'The rule cannot run.',
    help: first?.help ?? 'Correct the rule.',
    retry: 'after-fix',
    ...(first === undefined ? {} : { where: first.where }),
    details: { problems: errors.length },
  });
}
