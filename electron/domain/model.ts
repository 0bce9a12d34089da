import { z } from 'zod';
import { ColumnType } from './column-type.ts';
import { CUSTOMER, DefinitionId, Filter, Measure, Window } from './rule.ts';
import { Identifier, TablePath } from './table-path.ts';

/** What personal information a column holds: decides masking in previews, and the suggested identifier of a destination. */
export const PiiKind = z.enum([
  'email',
  'phone',
  'first-name',
  'last-name',
  'full-name',
  'street',
  'city',
  'postal-code',
  'country',
  'birth-date',
  'gender',
  'mobile-ad-id',
  'ip-address',
  'customer-id',
  'other',
]);
export type PiiKind = z.infer<typeof PiiKind>;

/** A column of an entity as marketers see it. */
export const Attribute = z.strictObject({
  column: Identifier,
  label: z.string().min(1).max(120),
  type: ColumnType,
  pii: PiiKind.optional(),
  /** Left out of every list of the editors; rules that use it stay valid. */
  hidden: z.boolean().optional(),
});
export type Attribute = z.infer<typeof Attribute>;

/** The customer: one row each, its id unique and never NULL. */
export const CustomerEntity = z.strictObject({
  label: z.string().min(1).max(120),
  table: TablePath,
  idColumn: Identifier,
  attributes: z.array(Attribute),
});
export type CustomerEntity = z.infer<typeof CustomerEntity>;

/** A table joined to the customer: `key` is the column of this table that equals the customer's id. */
export const Entity = z.strictObject({
  id: DefinitionId.refine((id) => id !== CUSTOMER, '“customer” is the id of the customer itself.'),
  label: z.string().min(1).max(120),
  table: TablePath,
  key: Identifier,
  cardinality: z.enum(['one-to-one', 'one-to-many']),
  /** The column that says when a row happened: windows and `latest` need it. */
  timeColumn: Identifier.optional(),
  attributes: z.array(Attribute),
});
export type Entity = z.infer<typeof Entity>;

/** A saved measure over a related entity, used like an attribute. `exists` as a measure makes a yes/no trait. */
export const Trait = z.strictObject({
  id: DefinitionId,
  label: z.string().min(1).max(120),
  entity: DefinitionId,
  where: z.array(Filter).default([]),
  window: Window.optional(),
  measure: Measure,
});
export type Trait = z.infer<typeof Trait>;

/** The customer-centric model of one connection. */
export const CustomerModel = z.strictObject({
  customer: CustomerEntity,
  entities: z.array(Entity).default([]),
  traits: z.array(Trait).default([]),
});
export type CustomerModel = z.infer<typeof CustomerModel>;

/** An entity, the customer among them, in one shape for lookups. */
export interface ResolvedEntity {
  readonly id: string;
  readonly label: string;
  readonly table: TablePath;
  readonly key: string;
  readonly cardinality: 'customer' | 'one-to-one' | 'one-to-many';
  readonly timeColumn: string | undefined;
  readonly attributes: readonly Attribute[];
}

/** The entity with this id (`customer` for the customer), or undefined. */
export function findEntity(model: CustomerModel, id: string): ResolvedEntity | undefined {
  if (id === CUSTOMER) {
    const { label, table, idColumn, attributes } = model.customer;
    return { id, label, table, key: idColumn, cardinality: 'customer', timeColumn: undefined, attributes };
  }
  const entity = model.entities.find((each) => each.id === id);
  return entity === undefined ? undefined : { ...entity, timeColumn: entity.timeColumn };
}

/** The attribute of this column, or undefined. */
export function findAttribute(entity: ResolvedEntity, column: string): Attribute | undefined {
  return entity.attributes.find((attribute) => attribute.column === column);
}

/** All entities of the model, the customer first. */
export function allEntities(model: CustomerModel): ResolvedEntity[] {
  return [CUSTOMER, ...model.entities.map((entity) => entity.id)]
    .map((id) => findEntity(model, id))
    .filter((entity) => entity !== undefined);
}

/** The type of the customer id's column. @returns undefined where the column is not among the attributes. */
export function idType(model: CustomerModel): ColumnType | undefined {
  return model.customer.attributes.find((each) => each.column === model.customer.idColumn)?.type;
}
