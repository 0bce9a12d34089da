import { createContext } from 'svelte';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import { ValueSuggestions } from './value-suggestions.svelte.ts';

/** What the fields of a rule need beside the rule itself. Both members are read reactively. */
export interface RuleSetting {
  readonly model: CustomerModel;
  /** Values that occur often in a column; empty until they are known, and for personal columns. */
  suggestValues(entity: string, column: string): readonly string[];
}

const [getRuleSetting, setRuleSetting] = createContext<RuleSetting>();

/** The setting of every rule field below the component that opened it. */
export { getRuleSetting };

/** Opens the setting of the rule fields below a component, at its start. `readModel` is read reactively; `fetchValues` asks the engine. */
export function openRuleSetting(
  readModel: () => CustomerModel,
  fetchValues: (entity: string, column: string) => Promise<readonly string[]>,
): void {
  const suggestions = new ValueSuggestions(fetchValues);
  setRuleSetting({
    get model() {
      return readModel();
    },
    suggestValues: (entity, column) => suggestions.read(entity, column),
  });
}
