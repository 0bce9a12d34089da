import {
  type Audience,
  CUSTOMER_ID,
  type OutputColumn,
  outputName,
} from '../../../electron/domain/audience.ts';
import type { ColumnType } from '../../../electron/domain/column-type.ts';
import {
  type Attribute,
  type CustomerModel,
  type ResolvedEntity,
  type Trait,
  allEntities,
  findAttribute,
  findEntity,
} from '../../../electron/domain/model.ts';
import type { ProfileApi } from '../../../electron/domain/profile-api.ts';

/** Nobody reads values of these types. */
const UNREADABLE: ReadonlySet<ColumnType['kind']> = new Set(['binary', 'other']);
/** The most columns and audiences of a part. */
const MOST = 200;

/**
 * What an API can begin with: one part with everything that is no personal data, and the customers found by the digest of their e-mail
 * address where the model has one.
 */
export function suggestApi(
  model: CustomerModel,
  audiences: readonly Audience[],
): Pick<ProfileApi, 'parts' | 'identifiers'> {
  const columns = nameApart([...attributeColumns(model), ...traitColumns(model)]).slice(0, MOST);
  const part = {
    id: 'basics',
    name: 'Basics',
    columns,
    audiences: audiences.map(({ id }) => id).slice(0, MOST),
  };
  return { parts: [part], identifiers: emailIdentifiers(model) };
}

/** The customer, and entities with one row a customer. */
function singleEntities(model: CustomerModel): ResolvedEntity[] {
  return allEntities(model).filter(({ cardinality }) => cardinality !== 'one-to-many');
}

function attributeColumns(model: CustomerModel): OutputColumn[] {
  return singleEntities(model).flatMap(({ id, key, attributes }) =>
    attributes
      .filter((attribute) => attribute.column !== key && isPlain(attribute))
      .map(({ column }) => ({ kind: 'attribute' as const, entity: id, column })),
  );
}

function isPlain({ pii, hidden, type }: Attribute): boolean {
  return pii === undefined && hidden !== true && !UNREADABLE.has(type.kind);
}

function traitColumns(model: CustomerModel): OutputColumn[] {
  return model.traits
    .filter((trait) => !tellsPersonalData(trait, model))
    .map(({ id }) => ({ kind: 'trait' as const, trait: id }));
}

/** True for a trait that gives a value of a personal column as it is. */
function tellsPersonalData({ entity, measure }: Trait, model: CustomerModel): boolean {
  if (measure.of !== 'latest' && measure.of !== 'min' && measure.of !== 'max') return false;
  const found = findEntity(model, entity);
  return found !== undefined && findAttribute(found, measure.column)?.pii !== undefined;
}

/** Gives columns of one name names of their own: names are compared without case. */
function nameApart(columns: readonly OutputColumn[]): OutputColumn[] {
  const taken = new Set([CUSTOMER_ID]);
  return columns.map((column) => {
    const own = outputName(column);
    let name = own;
    if (taken.has(name.toLowerCase()) && column.kind === 'attribute')
      name = `${column.entity.replaceAll('-', '_')}_${own}`;
    const base = name;
    for (let count = 2; taken.has(name.toLowerCase()); count += 1) name = `${base}_${count}`;
    taken.add(name.toLowerCase());
    return name === own ? column : { ...column, as: name };
  });
}

function emailIdentifiers(model: CustomerModel): ProfileApi['identifiers'] {
  for (const entity of singleEntities(model)) {
    const email = entity.attributes.find(({ pii, hidden }) => pii === 'email' && hidden !== true);
    if (email !== undefined)
      return [{ name: 'email_sha256', entity: entity.id, column: email.column, form: 'sha256' }];
  }
  return [];
}
