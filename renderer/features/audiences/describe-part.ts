import type { Rule } from '../../../electron/domain/rule.ts';
import type { Definitions } from '../../../electron/domain/composition.ts';
import { describeCondition, describeRule } from '../../../electron/domain/describe.ts';
import { closeRule, coreOf, type CoreRule, isGroup } from './rule-tree.ts';

/** A part in plain English, also while it is not written yet. */
export function describePart(part: CoreRule, definitions: Definitions): string {
  switch (part.kind) {
    case 'all':
    case 'any':
      return part.rules.length === 0 ? 'Empty group' : describeRule(part, definitions);
    case 'audience': {
      if (isUnwritten(part)) return 'New audience condition';
      const name = definitions.audiences.find((each) => each.id === part.audience)?.name ?? part.audience;
      return `In “${name}”`;
    }
    case 'condition':
      if (part.condition.kind === 'attribute' && part.condition.column === '')
        return 'New attribute condition';
      if (part.condition.kind === 'trait' && part.condition.trait === '') return 'New trait condition';
      if (part.condition.kind === 'related' && part.condition.entity === '') return 'New related condition';
      return describeCondition(part.condition, definitions);
  }
}

/** The rule as one sentence; parts that are not written yet are left out. */
export function describeDraft(rule: Rule, definitions: Definitions): string {
  const text = describeRule(closeRule(leaveOutUnwritten(rule)), definitions);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function isUnwritten(part: CoreRule): boolean {
  if (part.kind === 'audience') return part.audience === '';
  if (part.kind !== 'condition') return false;
  const { condition } = part;
  if (condition.kind === 'attribute') return condition.column === '';
  return condition.kind === 'trait' ? condition.trait === '' : condition.entity === '';
}

function leaveOutUnwritten(rule: Rule): Rule {
  if (rule.kind === 'not') return { kind: 'not', rule: leaveOutUnwritten(rule.rule) };
  if (!isGroup(rule)) return rule;
  return { ...rule, rules: rule.rules.filter((each) => !isUnwritten(coreOf(each))).map(leaveOutUnwritten) };
}
