import type { TableMetadata } from './catalog.ts';
import { checkMeasured } from './check-rule.ts';
import { familyOf, sameKeyType } from './column-type.ts';
import {
  type CustomerModel,
  type ResolvedEntity,
  allEntities,
  findAttribute,
  findEntity,
  idType,
} from './model.ts';
import { type Problem, errorAt } from './problem.ts';
import { CUSTOMER } from './rule.ts';
import { formatTablePath, sameTable } from './table-path.ts';

/**
 * Finds what is wrong with a model: by itself, and against the lakehouse's metadata where it is given
 * (tables that vanished, columns that vanished or changed type).
 */
export function checkModel(model: CustomerModel, tables?: readonly TableMetadata[]): Problem[] {
  const problems: Problem[] = [];
  for (const entity of allEntities(model)) {
    const where = pathOf(model, entity);
    problems.push(...checkEntity(entity, where));
    if (tables !== undefined) problems.push(...checkAgainst(entity, tables, where));
    const keyType = findAttribute(entity, entity.key)?.type;
    const customerType = idType(model);
    if (keyType !== undefined && customerType !== undefined && !sameKeyType(keyType, customerType)) {
      problems.push({
        severity: 'warning',
        where: `${where}.key`,
        message: `${entity.label} keys are ${keyType.native}, customer ids ${customerType.native}: they are compared as text.`,
        help: 'Use columns of the same type where the tables allow it; joins are faster then.',
      });
    }
  }
  problems.push(...checkTraits(model), ...checkUniqueIds(model));
  return problems;
}

function pathOf(model: CustomerModel, entity: ResolvedEntity): string {
  if (entity.id === CUSTOMER) return 'customer';
  return `entities[${model.entities.findIndex((each) => each.id === entity.id)}]`;
}

function checkEntity(entity: ResolvedEntity, where: string): Problem[] {
  const problems: Problem[] = [];
  const keyWord = entity.id === CUSTOMER ? 'idColumn' : 'key';
  if (findAttribute(entity, entity.key) === undefined) {
    const message = `${entity.label} has no attribute ${entity.key}, which is its ${entity.id === CUSTOMER ? 'id' : 'key'}.`;
    problems.push(errorAt(`${where}.${keyWord}`, message, 'Add the attribute, or choose another column.'));
  }
  if (entity.timeColumn !== undefined) {
    const type = findAttribute(entity, entity.timeColumn)?.type;
    if (type === undefined || familyOf(type) !== 'time') {
      const message = `${entity.timeColumn} is not a date or time attribute of ${entity.label}.`;
      problems.push(errorAt(`${where}.timeColumn`, message, 'Choose another time column, or none.'));
    }
  }
  const seen = new Set<string>();
  entity.attributes.forEach(({ column }, at) => {
    if (seen.has(column)) {
      const message = `${entity.label} lists the column ${column} twice.`;
      problems.push(errorAt(`${where}.attributes[${at}]`, message, 'Remove one of the two.'));
    }
    seen.add(column);
  });
  return problems;
}

function checkAgainst(entity: ResolvedEntity, tables: readonly TableMetadata[], where: string): Problem[] {
  const table = tables.find((each) => sameTable(each.path, entity.table));
  const name = formatTablePath(entity.table);
  if (table === undefined) {
    const help = 'Refresh the catalog. If it is gone for good, choose another table on the Model page.';
    return [
      errorAt(
        `${where}.table`,
        `The table ${name} is not in the lakehouse, or not visible to this connection.`,
        help,
      ),
    ];
  }
  return entity.attributes.flatMap((attribute, at) => {
    const column = table.columns.find((each) => each.name === attribute.column);
    const place = `${where}.attributes[${at}]`;
    if (column === undefined) {
      const message = `The column ${attribute.column} is no longer in ${name}.`;
      return [errorAt(place, message, 'Remove the attribute, or choose another column.')];
    }
    if (JSON.stringify(column.type) === JSON.stringify(attribute.type)) return [];
    const changed = `${attribute.column} of ${name} was ${attribute.type.native} and is now ${column.type.native}.`;
    const sameFamily = familyOf(column.type) === familyOf(attribute.type);
    return [
      {
        severity: sameFamily ? ('warning' as const) : ('error' as const),
        where: place,
        message: `The column ${changed}`,
        help: 'Save the model again with the new type, then check the audiences that use it.',
      },
    ];
  });
}

function checkTraits(model: CustomerModel): Problem[] {
  return model.traits.flatMap((trait, at) => {
    const where = `traits[${at}]`;
    const entity = findEntity(model, trait.entity);
    if (entity !== undefined) return checkMeasured(entity, trait, where);
    const message = `The trait ${trait.label} is over “${trait.entity}”, which is not in the model.`;
    return [errorAt(`${where}.entity`, message, 'Choose another entity, or remove the trait.')];
  });
}

function checkUniqueIds(model: CustomerModel): Problem[] {
  const lists = {
    entities: model.entities.map((each) => each.id),
    traits: model.traits.map((each) => each.id),
  };
  return Object.entries(lists).flatMap(([list, ids]) =>
    ids.flatMap((id, at) =>
      ids.indexOf(id) === at
        ? []
        : [errorAt(`${list}[${at}].id`, `The id “${id}” occurs twice.`, 'Give one of the two another id.')],
    ),
  );
}
