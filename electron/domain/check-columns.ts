import { CUSTOMER_ID, type OutputColumn, outputName } from './audience.ts';
import { checkMeasured } from './check-rule.ts';
import { typeAt } from './column-type.ts';
import { type CustomerModel, findAttribute, findEntity } from './model.ts';
import { type Problem, errorAt } from './problem.ts';

/** Finds what keeps output columns from being written: unknown parts, and names that occur twice. `where` is the path of the list. */
export function checkColumns(
  columns: readonly OutputColumn[],
  model: CustomerModel,
  where = 'columns',
): Problem[] {
  // Engines compare column names without case, so `Email` and `email` would collide.
  const seen = new Set([CUSTOMER_ID]);
  return columns.flatMap((column, at) => {
    const place = `${where}[${at}]`;
    const name = outputName(column).toLowerCase();
    const repeated = seen.has(name);
    seen.add(name);
    if (repeated) {
      return [
        errorAt(place, `Two columns are named ${outputName(column)}.`, 'Give one of them another name.'),
      ];
    }
    return checkColumn(column, model, place);
  });
}

/** Finds what keeps one output column from being read: parts that are not in the model. `where` is its path. */
export function checkColumn(column: OutputColumn, model: CustomerModel, where: string): Problem[] {
  if (column.kind === 'trait') {
    if (model.traits.some((each) => each.id === column.trait)) return [];
    return [
      errorAt(`${where}.trait`, `The trait “${column.trait}” does not exist.`, 'Choose another column.'),
    ];
  }
  const entity = findEntity(model, column.entity);
  if (entity === undefined) {
    const message = `The entity “${column.entity}” is not in the model.`;
    return [
      errorAt(`${where}.entity`, message, 'Choose another column, or add the entity on the Model page.'),
    ];
  }
  if (column.kind === 'measure') return checkMeasured(entity, column, where);
  if (entity.cardinality === 'one-to-many') {
    const message = `${entity.label} has many rows a customer.`;
    return [errorAt(`${where}.entity`, message, 'Choose an aggregated attribute of it.')];
  }
  const attribute = findAttribute(entity, column.column);
  if (attribute !== undefined && typeAt(attribute.type, column.path ?? []) !== undefined) return [];
  const name = [column.column, ...(column.path ?? [])].join('.');
  const help = 'Choose another attribute, or add it on the Model page.';
  return [errorAt(`${where}.column`, `${entity.label} has no attribute ${name}.`, help)];
}
