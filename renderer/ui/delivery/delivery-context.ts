import { createContext } from 'svelte';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { Problem } from '../../../electron/domain/problem.ts';
import type { DeliveryActs, DeliveryHolder } from './delivery-acts.svelte.ts';

/** What edits a delivery: the editor of an activation, or of a step. All members are read reactively; paths begin with the delivery's keys. */
export interface DeliveryEditor extends DeliveryHolder {
  readonly model: CustomerModel;
  /** The chosen mode, or the first that can be used. */
  readonly mode: ActivationMode | undefined;
  /** Whether mirror can be offered, and why not. */
  readonly abilities: { readonly state: boolean; readonly why?: string | undefined } | undefined;
  /** The problems that stand at their fields. */
  readonly shown: readonly Problem[];
  readonly acts: DeliveryActs;
}

/** The editor of the delivery that the sections draw. */
export const [getDeliveryEditor, setDeliveryEditor] = createContext<DeliveryEditor>();
