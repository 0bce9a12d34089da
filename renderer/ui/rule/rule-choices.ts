import { type ColumnType, familyOf } from '../../../electron/domain/column-type.ts';
import {
  type Attribute,
  type CustomerModel,
  type ResolvedEntity,
  allEntities,
} from '../../../electron/domain/model.ts';
import { OPERATORS, type Operator, operatorsFor } from '../../../electron/domain/operators.ts';
import {
  COLUMN_MEASURES,
  type ColumnRef,
  CUSTOMER,
  type Measure,
  ROW_MEASURES,
} from '../../../electron/domain/rule.ts';
import type { Choice } from '../choice.ts';

/** Joins the names of a column reference in a choice's value; no identifier holds a control character. */
const JOINT = '\u001f';

/** How deep fields of structs are offered. */
const DEEPEST = 3;

/** A column reference as the value of a choice. */
export function refKey(ref: ColumnRef): string {
  return [ref.column, ...(ref.path ?? [])].join(JOINT);
}

/** The column reference of a choice's value. */
export function readRefKey(key: string): ColumnRef {
  const [column = '', ...path] = key.split(JOINT);
  return path.length === 0 ? { column } : { column, path };
}

/** Entities whose attributes a condition can ask of: the customer and what is one-to-one with it. */
export function attributeEntityChoices(model: CustomerModel): Choice[] {
  return allEntities(model)
    .filter((entity) => entity.cardinality !== 'one-to-many')
    .map((entity) => ({ value: entity.id, label: entity.label }));
}

/** Entities whose rows can be measured. */
export function relatedEntityChoices(model: CustomerModel): Choice[] {
  return allEntities(model)
    .filter((entity) => entity.id !== CUSTOMER)
    .map((entity) => ({ value: entity.id, label: entity.label }));
}

/**
 * The attributes of an entity that `fits` accepts, fields of structs among them. Hidden ones are left out, but for the
 * one in use (`current`, a {@link refKey}).
 */
export function attributeChoices(
  entity: ResolvedEntity,
  current: string,
  fits: (type: ColumnType) => boolean = () => true,
): Choice[] {
  return entity.attributes
    .filter((attribute) => attribute.hidden !== true || current.split(JOINT)[0] === attribute.column)
    .flatMap((attribute) =>
      fieldChoices(attribute, { column: attribute.column }, attribute.type, attribute.label),
    )
    .filter((choice) => fits(choice.type))
    .map(({ value, label, hint }) => ({ value, label, hint }));
}

type FieldChoice = { value: string; label: string; hint: string; type: ColumnType };

function fieldChoices(attribute: Attribute, ref: ColumnRef, type: ColumnType, label: string): FieldChoice[] {
  const path = ref.path ?? [];
  const own = { value: refKey(ref), label, hint: [ref.column, ...path].join('.'), type };
  if (type.kind !== 'struct' || path.length >= DEEPEST) return [own];
  const inner = type.fields.flatMap((field) =>
    fieldChoices(
      attribute,
      { column: ref.column, path: [...path, field.name] },
      field.type,
      `${label} › ${field.name}`,
    ),
  );
  return [own, ...inner];
}

/** The operators that fit a type, or, where the type is not known, the one in use. */
export function operatorChoices(type: ColumnType | undefined, current: Operator): Choice<Operator>[] {
  const operators = type === undefined ? [current] : operatorsFor(familyOf(type));
  const all = operators.includes(current) ? operators : [current, ...operators];
  return all.map((op) => ({ value: op, label: OPERATORS[op].label }));
}

const MEASURE_LABELS: Readonly<Record<Measure['of'], string>> = {
  exists: 'any row exists',
  'not-exists': 'no row exists',
  count: 'number of rows',
  'count-distinct': 'number of different values',
  sum: 'sum',
  avg: 'average',
  min: 'smallest',
  max: 'largest',
  latest: 'latest',
};

/** The measures of an entity. `latest` needs its time column. */
export function measureChoices(entity: ResolvedEntity | undefined): Choice<Measure['of']>[] {
  return [...ROW_MEASURES, ...COLUMN_MEASURES].map((of) => {
    const lacksTime = of === 'latest' && entity?.timeColumn === undefined;
    return {
      value: of,
      label: MEASURE_LABELS[of],
      disabled: lacksTime,
      hint: lacksTime ? 'Needs a time column, chosen on the Model page.' : undefined,
    };
  });
}

/** True where a measure can be taken of a column of this type. */
export function canMeasure(of: Measure['of'], type: ColumnType): boolean {
  const family = familyOf(type);
  if (of === 'sum' || of === 'avg') return family === 'number';
  return family !== 'other' && family !== 'list';
}

/** The columns that say when a row of the entity happened. */
export function timeColumnChoices(entity: ResolvedEntity): Choice[] {
  return entity.attributes
    .filter((attribute) => familyOf(attribute.type) === 'time')
    .map((attribute) => ({ value: attribute.column, label: attribute.label, hint: attribute.column }));
}
