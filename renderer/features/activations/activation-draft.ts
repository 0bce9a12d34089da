import type { ActivationForm, DestinationKindView } from '../../../electron/contract/contract.ts';
import type {
  Activation,
  Consent,
  FieldSource,
  Schedule,
  ValueForm,
} from '../../../electron/domain/activation.ts';
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

/** An activation as it is edited: what is not chosen yet is empty. Guards are null while their field holds no number. */
export interface ActivationDraft {
  readonly name: string;
  readonly audience: string;
  readonly destination: string;
  /** Undefined until one is chosen: then the first that the destination offers. */
  readonly mode: ActivationMode | undefined;
  readonly target: Settings;
  readonly fields: readonly MappingDraft[];
  readonly consent: Consent | undefined;
  readonly guards: { readonly maxRejected: number | null; readonly maxChange: number | null };
  readonly schedule: Schedule | undefined;
}

/** Where a run stops to ask, unless chosen otherwise. */
const GUARDS = { maxRejected: 0.2, maxChange: 0.3 };

/** A saved activation made ready for the editor; without one, a new one. */
export function openActivation(activation: Activation | undefined): ActivationDraft {
  return {
    name: activation?.name ?? '',
    audience: activation?.audience ?? '',
    destination: activation?.destination ?? '',
    mode: activation?.mode,
    target: activation?.target ?? {},
    fields: activation?.fields ?? [],
    consent: activation?.consent,
    guards: activation?.guards ?? GUARDS,
    schedule: activation?.schedule,
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

/** What the engine takes in place of a name that is not written yet. */
const UNNAMED = 'New activation';

/**
 * The activation as the engine takes it; undefined while anything that it needs is missing. A missing name is filled in, so that a draft
 * can be checked and tried before it has one.
 */
export function closeActivation(
  draft: ActivationDraft,
  given: {
    readonly id: string | undefined;
    readonly mode: ActivationMode | undefined;
    readonly specs: readonly FieldSpec[];
  },
): ActivationForm | undefined {
  const { maxRejected, maxChange } = draft.guards;
  const fields = draft.fields.flatMap(({ to, from, form }) =>
    from === undefined || to.trim() === '' ? [] : [{ to: to.trim(), from, form }],
  );
  const isComplete = fields.length > 0 && fields.length === draft.fields.length;
  if (!isComplete || given.mode === undefined || maxRejected === null || maxChange === null) return undefined;
  if (draft.audience === '' || draft.destination === '') return undefined;
  return {
    ...(given.id === undefined ? {} : { id: given.id }),
    name: draft.name.trim() === '' ? UNNAMED : draft.name.trim(),
    audience: draft.audience,
    destination: draft.destination,
    mode: given.mode,
    fields,
    target: closeTarget(given.specs, draft.target),
    ...(draft.consent === undefined ? {} : { consent: draft.consent }),
    guards: { maxRejected, maxChange },
    ...(draft.schedule === undefined ? {} : { schedule: draft.schedule }),
  };
}

/** What is not written yet, found without the engine. `where` as in the saved form. */
export function findGaps(draft: ActivationDraft, kind: DestinationKindView | undefined): Problem[] {
  const gaps: Problem[] = [];
  const miss = (isMissing: boolean, where: string, message: string, help: string): void => {
    if (isMissing) gaps.push(errorAt(where, message, help));
  };
  miss(draft.name.trim() === '', 'name', 'The activation has no name.', 'Enter one at the top.');
  miss(draft.audience === '', 'audience', 'No audience is chosen.', 'Choose who is sent.');
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
