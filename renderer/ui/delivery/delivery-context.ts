import { createContext } from 'svelte';
import type { DestinationKindView } from '../../../electron/contract/contract.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { Problem } from '../../../electron/domain/problem.ts';
import type { DeliveryDraft, MappingDraft } from './delivery-draft.ts';

/** What edits a delivery: the editor of an activation, or of a step. All members are read reactively; paths begin with the delivery's keys. */
export interface DeliveryEditor {
  readonly delivery: DeliveryDraft;
  readonly model: CustomerModel;
  /** The kind of the chosen destination with the modes that are offered; undefined until one is chosen. */
  readonly kind: DestinationKindView | undefined;
  /** The chosen mode, or the first that can be used. */
  readonly mode: ActivationMode | undefined;
  /** Whether mirror can be offered, and why not. */
  readonly abilities: { readonly state: boolean; readonly why?: string | undefined } | undefined;
  /** The problems that stand at their fields. */
  readonly shown: readonly Problem[];
  readonly isSuggesting: boolean;
  readonly suggestError: AppErrorShape | undefined;
  suggest(): Promise<void>;
  /** Takes a step. `field` names what was changed, so that typing is one step of undo. */
  changeDelivery(change: Partial<DeliveryDraft>, field?: string): void;
  /** Changes a row of the mapping in its place. */
  changeField(at: number, change: Partial<MappingDraft>, field: string): void;
}

/** The editor of the delivery that the sections draw. */
export const [getDeliveryEditor, setDeliveryEditor] = createContext<DeliveryEditor>();
