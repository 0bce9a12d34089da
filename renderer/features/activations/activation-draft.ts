import type { ActivationForm, DestinationKindView } from '../../../electron/contract/contract.ts';
import type { Activation, Schedule } from '../../../electron/domain/activation.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import type { FieldSpec } from '../../../electron/domain/field-spec.ts';
import { errorAt, type Problem } from '../../../electron/domain/problem.ts';
import {
  closeDelivery,
  findDeliveryGaps,
  openDelivery,
  type DeliveryDraft,
} from '../../ui/delivery/delivery-draft.ts';

/** An activation as it is edited: what is not chosen yet is empty. */
export interface ActivationDraft extends DeliveryDraft {
  readonly name: string;
  readonly audience: string;
  readonly schedule: Schedule | undefined;
}

/** A saved activation made ready for the editor; without one, a new one. */
export function openActivation(activation: Activation | undefined): ActivationDraft {
  return {
    name: activation?.name ?? '',
    audience: activation?.audience ?? '',
    ...openDelivery(activation),
    schedule: activation?.schedule,
  };
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
  const delivery = closeDelivery(draft, given);
  if (delivery === undefined || draft.audience === '') return undefined;
  return {
    ...(given.id === undefined ? {} : { id: given.id }),
    name: draft.name.trim() === '' ? UNNAMED : draft.name.trim(),
    audience: draft.audience,
    ...delivery,
    ...(draft.schedule === undefined ? {} : { schedule: draft.schedule }),
  };
}

/** What is not written yet, found without the engine. `where` as in the saved form. */
export function findGaps(draft: ActivationDraft, kind: DestinationKindView | undefined): Problem[] {
  const gaps: Problem[] = [];
  if (draft.name.trim() === '')
    gaps.push(errorAt('name', 'The activation has no name.', 'Enter one at the top.'));
  if (draft.audience === '') gaps.push(errorAt('audience', 'No audience is chosen.', 'Choose who is sent.'));
  return [...gaps, ...findDeliveryGaps(draft, kind)];
}
