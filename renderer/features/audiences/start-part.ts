import { findEntity, type CustomerModel } from '../../../electron/domain/model.ts';
import { CUSTOMER, type Rule } from '../../../electron/domain/rule.ts';
import { measuredType, startEntity } from '../../ui/rule/measured.ts';
import { startTest } from '../../ui/rule/test-draft.ts';
import { makeNodeId } from './rule-tree.ts';

/** What can be added to a group. */
export type PartKind = 'attribute' | 'related' | 'trait' | 'audience' | 'group';

/** A new part to be written. */
export function startPart(kind: PartKind, model: CustomerModel): Rule {
  const id = makeNodeId();
  switch (kind) {
    case 'group':
      return { kind: 'any', id, rules: [] };
    case 'audience':
      return { kind: 'audience', id, audience: '' };
    case 'attribute':
      return {
        kind: 'condition',
        id,
        condition: { kind: 'attribute', entity: CUSTOMER, column: '', test: { op: 'is-not-empty' } },
      };
    case 'related':
      return {
        kind: 'condition',
        id,
        condition: { kind: 'related', entity: startEntity(model), where: [], measure: { of: 'exists' } },
      };
    case 'trait': {
      const trait = model.traits[0];
      const entity = trait === undefined ? undefined : findEntity(model, trait.entity);
      const test = startTest(trait === undefined ? undefined : measuredType(entity, trait.measure));
      return { kind: 'condition', id, condition: { kind: 'trait', trait: trait?.id ?? '', test } };
    }
  }
}
