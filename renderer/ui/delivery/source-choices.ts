import type { Consent, FieldSource, ValueForm } from '../../../electron/domain/activation.ts';
import type { DestinationFieldView, DestinationKindView } from '../../../electron/contract/contract.ts';
import { CUSTOMER_ID, outputName } from '../../../electron/domain/audience.ts';
import { familyOf } from '../../../electron/domain/column-type.ts';
import { allEntities, type CustomerModel } from '../../../electron/domain/model.ts';
import type { Choice } from '../choice.ts';
import {
  attributeColumnChoices,
  columnChoices,
  columnKey,
  describeColumn,
  readColumnChoice,
} from '../rule/column-choices.ts';

/** The value of the choice that opens the form of an aggregated attribute. */
export const NEW_MEASURE = 'new-measure';
/** The value of the choice that stands for no attribute. */
export const NO_CONSENT = 'none';

/** Everything that can fill a field. `current` is offered too where it is an aggregated attribute. */
export function sourceChoices(model: CustomerModel, current: FieldSource | undefined): Choice[] {
  const measured =
    current?.kind === 'measure'
      ? [{ value: columnKey(current), label: current.as, hint: describeColumn(current, model) }]
      : [];
  const write = {
    value: NEW_MEASURE,
    label: 'Aggregated attribute…',
    hint: 'Computed from a related table',
    group: 'Aggregated attributes',
    disabled: model.entities.length === 0,
  };
  return [
    { value: 'customer-id', label: 'Customer id', hint: model.customer.idColumn },
    ...columnChoices(model, []),
    ...measured.map((each) => ({ ...each, group: write.group })),
    write,
  ];
}

/** The value of the choice that stands for a source. */
export function sourceKey(source: FieldSource): string {
  return source.kind === 'customer-id' ? 'customer-id' : columnKey(source);
}

/** The source of a choice; undefined for one that is to be written. */
export function readSource(value: string): FieldSource | undefined {
  return value === 'customer-id' ? { kind: 'customer-id' } : readColumnChoice(value);
}

/** The name that a column gets where a destination takes free names. */
export function sourceName(source: FieldSource): string {
  return source.kind === 'customer-id' ? CUSTOMER_ID : outputName(source);
}

/** What fills a field best by the kind of personal data; undefined where nothing does. */
export function guessSource(field: DestinationFieldView, model: CustomerModel): FieldSource | undefined {
  for (const pii of field.pii) {
    if (pii === 'customer-id') return { kind: 'customer-id' };
    for (const entity of allEntities(model).filter((each) => each.cardinality !== 'one-to-many')) {
      const found = entity.attributes.find((each) => each.pii === pii && each.hidden !== true);
      if (found !== undefined) return { kind: 'attribute', entity: entity.id, column: found.column };
    }
  }
  return undefined;
}

/** The attributes that can hold consent: those that are yes or no. */
export function consentChoices(model: CustomerModel): Choice[] {
  return [
    { value: NO_CONSENT, label: 'None: every member is sent' },
    ...attributeColumnChoices(model, (type) => familyOf(type) === 'boolean'),
  ];
}

/** The value of the choice that stands for an attribute of consent. */
export function consentKey(consent: Consent | undefined): string {
  return consent === undefined ? NO_CONSENT : columnKey({ kind: 'attribute', ...consent });
}

/** The attribute of a choice. */
export function readConsent(value: string): Consent | undefined {
  const column = readColumnChoice(value);
  if (column?.kind !== 'attribute') return undefined;
  const { kind: _kind, as: _as, ...consent } = column;
  return consent;
}

/** The forms in which a value can leave: those of a named field, or of a free column. */
export function formChoices(field: DestinationFieldView | undefined): Choice<ValueForm>[] {
  const asIs: Choice<ValueForm> = { value: 'as-is', label: 'As it is' };
  return field === undefined
    ? [asIs, { value: 'sha256', label: 'SHA-256' }]
    : [{ value: 'vendor', label: 'Prepared', hint: field.recipe }, asIs];
}

/** What happens to the values of a row before they leave, in words; undefined where nothing does. */
export function describeForm(field: DestinationFieldView | undefined, form: ValueForm): string | undefined {
  if (form === 'sha256') return 'trim, lower case, SHA-256 by the warehouse';
  if (field === undefined || form === 'as-is') return undefined;
  return field.recipe === '' ? 'sent as it is' : field.recipe;
}

/** The fields of a kind that are not mapped yet. */
export function openFields(kind: DestinationKindView, mapped: readonly string[]): Choice[] {
  return kind.fields
    .filter((field) => !mapped.includes(field.key))
    .map((field) => ({
      value: field.key,
      label: field.label,
      hint: field.key,
      group: field.isIdentifier ? 'Identifiers' : 'Other fields',
    }));
}
