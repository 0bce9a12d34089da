import type { OutputColumn } from '../../../electron/domain/audience.ts';
import type { ColumnType } from '../../../electron/domain/column-type.ts';
import { describeMeasured } from '../../../electron/domain/describe.ts';
import {
  type CustomerModel,
  allEntities,
  findAttribute,
  findEntity,
} from '../../../electron/domain/model.ts';
import type { Choice } from '../choice.ts';
import { attributeChoices, readRefKey, refKey } from './rule-choices.ts';

/** Separates the parts of a choice's value; no id or identifier holds it. */
const JOINT = '\u001e';

/** Attributes and traits that are not columns yet, by their entity. */
export function columnChoices(model: CustomerModel, taken: readonly OutputColumn[]): Choice[] {
  const known = new Set(taken.map(columnKey));
  const traits = model.traits.map((trait) => ({
    value: ['trait', trait.id].join(JOINT),
    label: trait.label,
    hint: findEntity(model, trait.entity)?.label,
    group: 'Traits',
  }));
  return [...attributeColumnChoices(model), ...traits].filter((choice) => !known.has(choice.value));
}

/** Attributes of the customer and of one-to-one entities whose type `fits`, by their entity. */
export function attributeColumnChoices(
  model: CustomerModel,
  fits: (type: ColumnType) => boolean = () => true,
): Choice[] {
  return allEntities(model)
    .filter((entity) => entity.cardinality !== 'one-to-many')
    .flatMap((entity) =>
      attributeChoices(entity, '', fits).map((choice) => ({
        value: ['attribute', entity.id, choice.value].join(JOINT),
        label: choice.label,
        hint: choice.hint,
        group: entity.label,
      })),
    );
}

/** The column of a choice. */
export function readColumnChoice(value: string): OutputColumn | undefined {
  const [kind, id = '', key = ''] = value.split(JOINT);
  if (kind === 'trait') return { kind: 'trait', trait: id };
  if (kind === 'attribute') return { kind: 'attribute', entity: id, ...readRefKey(key) };
  return undefined;
}

/** The value of the choice that stands for a column, whatever its name in the file; of an aggregated attribute, one of its own. */
export function columnKey(column: OutputColumn): string {
  switch (column.kind) {
    case 'attribute':
      return ['attribute', column.entity, refKey(column)].join(JOINT);
    case 'trait':
      return ['trait', column.trait].join(JOINT);
    case 'measure':
      return JSON.stringify(column);
  }
}

/** Where the values of a column come from, in plain English. */
export function describeColumn(column: OutputColumn, model: CustomerModel): string {
  if (column.kind === 'trait') {
    return `Trait: ${model.traits.find((each) => each.id === column.trait)?.label ?? column.trait}`;
  }
  if (column.kind === 'measure') return describeMeasured(column, model);
  const entity = findEntity(model, column.entity);
  const name =
    (entity === undefined ? undefined : findAttribute(entity, column.column)?.label) ?? column.column;
  return `${entity?.label ?? column.entity}: ${[name, ...(column.path ?? [])].join(' › ')}`;
}
