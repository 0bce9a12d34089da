import type { ColumnType } from '../../../electron/domain/column-type.ts';
import { measureType } from '../../../electron/domain/measure-type.ts';
import { type CustomerModel, type ResolvedEntity, findAttribute } from '../../../electron/domain/model.ts';
import type { Filter, Measure, Test, Window } from '../../../electron/domain/rule.ts';
import { canMeasure } from './rule-choices.ts';
import { fitTest } from './test-draft.ts';

/** A measure over the rows of an entity: the shared part of related conditions, traits and aggregated attributes. */
export interface Measured {
  readonly entity: string;
  readonly where: Filter[];
  readonly window?: Window | undefined;
  readonly measure: Measure;
}

/** The entity that a new measure begins with: the first with several rows a customer. */
export function startEntity(model: CustomerModel): string {
  const entity = model.entities.find((each) => each.cardinality === 'one-to-many') ?? model.entities[0];
  return entity?.id ?? '';
}

/** An aggregated attribute to be written: how many rows there are. */
export function startMeasured(model: CustomerModel): Measured {
  return { entity: startEntity(model), where: [], measure: { of: 'count' } };
}

/** The type of what the measure gives. */
export function measuredType(entity: ResolvedEntity | undefined, measure: Measure): ColumnType | undefined {
  if (!('column' in measure)) return measureType(measure, undefined);
  const of = entity === undefined ? undefined : findAttribute(entity, measure.column)?.type;
  if (of === undefined && measure.of !== 'count-distinct' && measure.of !== 'avg') return undefined;
  return measureType(measure, of);
}

/** The measure changed to another kind; its column is kept where it still fits. */
export function changeMeasure(
  entity: ResolvedEntity | undefined,
  measure: Measure,
  of: Measure['of'],
): Measure {
  if (of === 'exists' || of === 'not-exists' || of === 'count') return { of };
  const column = 'column' in measure ? measure.column : '';
  const type = entity === undefined ? undefined : findAttribute(entity, column)?.type;
  return { of, column: type !== undefined && canMeasure(of, type) ? column : '' };
}

/** The comparison that belongs to a measure: none where it is already yes or no. */
export function fitComparison(
  entity: ResolvedEntity | undefined,
  measure: Measure,
  test: Test | undefined,
): Test | undefined {
  if (measure.of === 'exists' || measure.of === 'not-exists') return undefined;
  const type = measuredType(entity, measure);
  if (test === undefined && type !== undefined && type.kind === 'integer' && !('column' in measure)) {
    return { op: 'at-least', value: 1 };
  }
  return fitTest(test, type);
}
