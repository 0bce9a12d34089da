import type { Definitions } from '../../../electron/domain/composition.ts';
import { describeCondition, describeRule } from '../../../electron/domain/describe.ts';
import type { CoreRule } from './rule-tree.ts';

/** A part in plain English, also while it is not written yet. */
export function describePart(part: CoreRule, definitions: Definitions): string {
  switch (part.kind) {
    case 'all':
    case 'any':
      return part.rules.length === 0 ? 'Empty group' : describeRule(part, definitions);
    case 'audience': {
      if (part.audience === '') return 'New audience condition';
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
