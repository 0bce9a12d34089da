import { CUSTOMER_ID, type OutputColumn, outputName } from '../../../electron/domain/audience.ts';
import { checkMeasured } from '../../../electron/domain/check-rule.ts';
import { typeAt } from '../../../electron/domain/column-type.ts';
import { type CustomerModel, findAttribute, findEntity } from '../../../electron/domain/model.ts';
import type { Problem } from '../../../electron/domain/problem.ts';

/** Finds what keeps the columns of an export from being read or named. Paths begin with `columns[i]`. */
export function checkColumns(columns: readonly OutputColumn[], model: CustomerModel): Problem[] {
  const seen = new Set([CUSTOMER_ID]);
  return columns.flatMap((column, at) => {
    const where = `columns[${at}]`;
    const problems = checkSource(column, model, where);
    const name = outputName(column);
    // Engines compare column names without case.
    if (seen.has(name.toLowerCase())) {
      problems.push(
        error(`${where}.as`, `The name ${name} occurs twice.`, 'Give one of the two another name.'),
      );
    }
    seen.add(name.toLowerCase());
    return problems;
  });
}

function checkSource(column: OutputColumn, model: CustomerModel, where: string): Problem[] {
  if (column.kind === 'trait') {
    if (model.traits.some((each) => each.id === column.trait)) return [];
    return [
      error(where, `The trait “${column.trait}” does not exist.`, 'Remove the column, or add the trait.'),
    ];
  }
  const entity = findEntity(model, column.entity);
  if (entity === undefined) {
    return [
      error(
        where,
        `The entity “${column.entity}” is not in the model.`,
        'Remove the column, or add the entity.',
      ),
    ];
  }
  if (column.kind === 'measure') return checkMeasured(entity, column, where);
  const type = findAttribute(entity, column.column)?.type;
  if (type !== undefined && typeAt(type, column.path ?? []) !== undefined) return [];
  const name = [column.column, ...(column.path ?? [])].join('.');
  return [
    error(
      where,
      `${entity.label} has no attribute ${name}.`,
      'Remove the column, or add the attribute on the Model page.',
    ),
  ];
}

function error(where: string, message: string, help: string): Problem {
  return { severity: 'error', where, message, help };
}
