import { createContext } from 'svelte';
import type { CustomerModel } from '../../../electron/domain/model.ts';

/** What the fields of a rule need beside the rule itself. Both members are read reactively. */
export interface RuleSetting {
  readonly model: CustomerModel;
  /** Values that occur often in a column; empty until they are known, and for personal columns. */
  suggestValues(entity: string, column: string): readonly string[];
}

/** The setting of every rule field below the component that set it. */
export const [getRuleSetting, setRuleSetting] = createContext<RuleSetting>();
