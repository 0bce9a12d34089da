import type { DestinationKindView } from '../../../electron/contract/contract.ts';
import type { Activation, Consent, FieldSource, ValueForm } from '../../../electron/domain/activation.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import {
  checkSettings,
  visibleFields,
  type FieldSpec,
  type Settings,
} from '../../../electron/domain/field-spec.ts';
import { errorAt, type Problem } from '../../../electron/domain/problem.ts';

/** One row of the mapping as it is written: what fills the field may be missing still. */
export interface MappingDraft {
  readonly to: string;
  readonly from: FieldSource | undefined;
  readonly form: ValueForm;
}

/** What is sent to a destination, as it is edited: what is not chosen yet is empty. Guards are null while their field holds no number. */
export interface DeliveryDraft {
  readonly destination: string;
  /** Undefined until one is chosen: then the first that can be used. */
  readonly mode: ActivationMode | undefined;
  readonly target: Settings;
  readonly fields: readonly MappingDraft[];
  readonly consent: Consent | undefined;
  readonly guards: { readonly maxRejected: number | null; readonly maxChange: number | null };
}

/** What is sent, complete. */
export type Delivery = Omit<Activation, 'id' | 'name' | 'audience' | 'schedule'>;

/** Where a run stops to ask, unless chosen otherwise. */
const GUARDS = { maxRejected: 0.2, maxChange: 0.3 };

/** A saved delivery made ready for its form; without one, a new one. */
export function openDelivery(delivery: Delivery | undefined): DeliveryDraft {
  return {
    destination: delivery?.destination ?? '',
    mode: delivery?.mode,
    target: delivery?.target ?? {},
    fields: delivery?.fields ?? [],
    consent: delivery?.consent,
    guards: delivery?.guards ?? GUARDS,
  };
}

/** The target with the initial values of untouched fields, without those that the form does not show. */
export function closeTarget(specs: readonly FieldSpec[], target: Settings): Settings {
  const closed: Settings = {};
  for (const spec of visibleFields(specs, target)) {
    const value = target[spec.key] ?? spec.initial;
    if (value !== undefined && value !== '') closed[spec.key] = value;
  }
  return closed;
}

/** The delivery as the engine takes it; undefined while anything that it needs is missing. Without `specs` the target stays as it is. */
export function closeDelivery(
  draft: DeliveryDraft,
  given: { readonly mode: ActivationMode | undefined; readonly specs: readonly FieldSpec[] | undefined },
): Delivery | undefined {
  const { maxRejected, maxChange } = draft.guards;
  const fields = draft.fields.flatMap(({ to, from, form }) =>
    from === undefined || to.trim() === '' ? [] : [{ to: to.trim(), from, form }],
  );
  const isComplete = fields.length > 0 && fields.length === draft.fields.length;
  if (!isComplete || given.mode === undefined || maxRejected === null || maxChange === null) return undefined;
  if (draft.destination === '') return undefined;
  return {
    destination: draft.destination,
    mode: given.mode,
    fields,
    target: given.specs === undefined ? draft.target : closeTarget(given.specs, draft.target),
    ...(draft.consent === undefined ? {} : { consent: draft.consent }),
    guards: { maxRejected, maxChange },
  };
}

/** What is not written yet, found without the engine. `where` as in the saved form. */
export function findDeliveryGaps(draft: DeliveryDraft, kind: DestinationKindView | undefined): Problem[] {
  const gaps: Problem[] = [];
  const miss = (isMissing: boolean, where: string, message: string, help: string): void => {
    if (isMissing) gaps.push(errorAt(where, message, help));
  };
  miss(draft.destination === '', 'destination', 'No destination is chosen.', 'Choose where they are sent.');
  for (const [key, message] of Object.entries(checkSettings(kind?.target ?? [], draft.target, {}))) {
    gaps.push(errorAt(`target.${key}`, message, 'Fill it in.'));
  }
  miss(
    kind !== undefined && draft.fields.length === 0,
    'fields',
    'No field is mapped.',
    'Add what the destination is to receive.',
  );
  draft.fields.forEach(({ to, from }, at) => {
    miss(to.trim() === '', `fields[${at}].to`, 'A column has no name.', 'Enter its name.');
    const label = kind?.fields.find((each) => each.key === to)?.label ?? to;
    miss(from === undefined, `fields[${at}].from`, `Nothing fills “${label}”.`, 'Choose what fills it.');
  });
  miss(
    draft.guards.maxRejected === null,
    'guards.maxRejected',
    'The guard for rejected rows is no number.',
    'Enter a share from 0 to 100.',
  );
  miss(
    draft.guards.maxChange === null,
    'guards.maxChange',
    'The guard for the change is no number.',
    'Enter a share of 0 or more.',
  );
  return gaps;
}

/** The delivery with another destination. What was written for another kind does not fit; `fits` says whether it is the same. */
export function withDestination<T extends DeliveryDraft>(draft: T, destination: string, fits: boolean): T {
  const kept = fits ? {} : { mode: undefined, target: {}, fields: [], consent: undefined };
  return { ...draft, destination, ...kept };
}

/** The delivery with the suggested fields that are not mapped yet, and the suggested consent where none is chosen. */
export function withSuggested<T extends DeliveryDraft>(
  draft: T,
  suggested: { readonly fields: readonly MappingDraft[]; readonly consent?: Consent | undefined },
): T {
  const mapped = new Set(draft.fields.map((each) => each.to));
  const added = suggested.fields.filter((each) => !mapped.has(each.to));
  const consent = draft.consent ?? suggested.consent;
  if (added.length === 0 && consent === draft.consent) return draft;
  return { ...draft, fields: [...draft.fields, ...added], consent };
}
