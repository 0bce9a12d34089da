import { checkRule } from '../../../electron/domain/check-rule.ts';
import type { Definitions } from '../../../electron/domain/composition.ts';
import type { Problem } from '../../../electron/domain/problem.ts';
import type { Condition, Rule, Test } from '../../../electron/domain/rule.ts';
import { readOperands } from '../../ui/rule/test-draft.ts';
import { coreOf, listParts } from './rule-tree.ts';

/**
 * What keeps a draft from running. `fresh` are parts being written for the first time: an empty text in one of them is not yet a
 * value, although the empty text is one.
 */
export function findProblems(rule: Rule, definitions: Definitions, fresh: ReadonlySet<string>): Problem[] {
  const problems = checkRule(rule, definitions);
  for (const part of listParts(rule)) {
    const core = coreOf(part.rule);
    if (core.kind !== 'condition' || !fresh.has(part.id)) continue;
    const where = part.rule.kind === 'not' ? `${part.where}.rule.condition` : `${part.where}.condition`;
    if (problems.some((problem) => problem.where.startsWith(where))) continue;
    if (!testsOf(core.condition).some((test) => readOperands(test).includes(''))) continue;
    problems.push({ severity: 'error', where, message: 'A value is missing.', help: 'Enter a value.' });
  }
  return problems;
}

function testsOf(condition: Condition): Test[] {
  if (condition.kind !== 'related') return [condition.test];
  const filters = condition.where.map((filter) => filter.test);
  return condition.test === undefined ? filters : [...filters, condition.test];
}
