import { type Audience, referredAudiences } from './audience.ts';
import type { BrokenPart, CatalogChange } from './catalog-change.ts';
import { checkColumns } from './check-columns.ts';
import { checkMeasured, checkRule } from './check-rule.ts';
import { familyOf } from './column-type.ts';
import type { Definitions } from './composition.ts';
import {
  type Attribute,
  type CustomerModel,
  type ResolvedEntity,
  type Trait,
  allEntities,
  findEntity,
} from './model.ts';
import { hasErrors } from './problem.ts';
import { CUSTOMER } from './rule.ts';
import { sameTable } from './table-path.ts';

/**
 * What a change of the lakehouse breaks: parts of the model that it takes away, traits and audiences that cannot run without them,
 * and audiences that refer to such audiences. What was broken before does not count.
 */
export function findBroken(change: CatalogChange, definitions: Definitions): BrokenPart[] {
  if (change.kind === 'table-new' || change.kind === 'column-new') return [];
  const { model, audiences } = definitions;
  const hit = allEntities(model).filter((entity) => sameTable(entity.table, change.path));
  const parts = hit.flatMap((entity) => breakEntity(entity, change));
  if (hit.length === 0) return [];
  const isLost = (entity: ResolvedEntity): boolean =>
    change.kind === 'table-gone' || (change.kind === 'column-gone' && change.column === entity.key);
  if (hit.some((entity) => entity.id === CUSTOMER && isLost(entity))) {
    return [...parts, ...model.traits.map(traitPart), ...audiences.map(audiencePart)];
  }
  const lost = new Set(hit.filter(isLost).map((entity) => entity.id));
  const bare = withoutTraits(applyChange(model, change, lost));
  const brokenTraits = model.traits.filter((trait) => isBroken(trait, bare) && !isBroken(trait, model));
  const after = { ...bare, traits: model.traits.filter((trait) => !brokenTraits.includes(trait)) };
  const broken = new Set(
    audiences
      .filter((each) => hasFaults(each, { model: after, audiences }) && !hasFaults(each, definitions))
      .map((each) => each.id),
  );
  spreadToUsers(broken, audiences);
  const brokenAudiences = audiences.filter((each) => broken.has(each.id));
  return [...parts, ...brokenTraits.map(traitPart), ...brokenAudiences.map(audiencePart)];
}

/** The part of the model itself that is taken away, if any. */
function breakEntity(entity: ResolvedEntity, change: CatalogChange): BrokenPart[] {
  const whole: BrokenPart = { kind: 'entity', id: entity.id, name: entity.label };
  if (change.kind === 'table-gone') return [whole];
  if (change.kind !== 'column-gone' && change.kind !== 'column-retyped') return [];
  const attribute = entity.attributes.find((each) => each.column === change.column);
  if (attribute === undefined) return [];
  if (change.kind === 'column-gone' && change.column === entity.key) return [whole];
  if (change.kind === 'column-retyped' && familyOf(change.now) === familyOf(attribute.type)) return [];
  return [
    {
      kind: 'attribute',
      id: `${entity.id}.${attribute.column}`,
      name: `${attribute.label} of ${entity.label}`,
    },
  ];
}

/** The model as the lakehouse allows it after the change, without the lost entities. */
function applyChange(model: CustomerModel, change: CatalogChange, lost: ReadonlySet<string>): CustomerModel {
  const adopt = (attributes: readonly Attribute[]): Attribute[] => {
    if (change.kind === 'column-gone') return attributes.filter((each) => each.column !== change.column);
    if (change.kind !== 'column-retyped') return [...attributes];
    return attributes.map((each) => (each.column === change.column ? { ...each, type: change.now } : each));
  };
  const { customer } = model;
  const keepsTime = (column: string | undefined): boolean =>
    !('column' in change) ||
    change.column !== column ||
    (change.kind === 'column-retyped' && familyOf(change.now) === 'time');
  return {
    ...model,
    customer: sameTable(customer.table, change.path)
      ? { ...customer, attributes: adopt(customer.attributes) }
      : customer,
    entities: model.entities
      .filter((entity) => !lost.has(entity.id))
      .map((entity) => {
        if (!sameTable(entity.table, change.path)) return entity;
        const { timeColumn, ...rest } = entity;
        const time = timeColumn === undefined || !keepsTime(timeColumn) ? {} : { timeColumn };
        return { ...rest, ...time, attributes: adopt(entity.attributes) };
      }),
  };
}

function withoutTraits(model: CustomerModel): CustomerModel {
  return { ...model, traits: [] };
}

function isBroken(trait: Trait, model: CustomerModel): boolean {
  const entity = findEntity(model, trait.entity);
  return entity === undefined || hasErrors(checkMeasured(entity, trait, ''));
}

function hasFaults(audience: Audience, definitions: Definitions): boolean {
  return hasErrors([
    ...checkRule(audience.rule, definitions),
    ...checkColumns(audience.columns, definitions.model),
  ]);
}

/** Adds the audiences that refer to broken ones, however far. */
function spreadToUsers(broken: Set<string>, audiences: readonly Audience[]): void {
  for (let before = -1; before !== broken.size;) {
    before = broken.size;
    for (const { id, rule } of audiences) {
      if ([...referredAudiences(rule)].some((each) => broken.has(each))) broken.add(id);
    }
  }
}

function traitPart(trait: Trait): BrokenPart {
  return { kind: 'trait', id: trait.id, name: trait.label };
}

function audiencePart(audience: Audience): BrokenPart {
  return { kind: 'audience', id: audience.id, name: audience.name };
}
