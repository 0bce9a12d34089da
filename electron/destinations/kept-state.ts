import type { DeliveryContext, DeliveryState } from './destination.ts';

/** What a delivery keeps over a crash. */
export interface KeptState {
  text(key: string): string | undefined;
  number(key: string): number | undefined;
  /** Adds to what is kept; returns once it is kept durably, so that an id is never used before. */
  keep(more: DeliveryState): void;
}

/** The state of a delivery, begun from what was kept before a crash. */
export function openState({ state, saveState }: Pick<DeliveryContext, 'state' | 'saveState'>): KeptState {
  let current: DeliveryState = state ?? {};
  return {
    text: (key) => {
      const value = current[key];
      return typeof value === 'string' ? value : undefined;
    },
    number: (key) => {
      const value = current[key];
      return typeof value === 'number' ? value : undefined;
    },
    keep: (more) => {
      const next = { ...current, ...more };
      saveState(next);
      current = next;
    },
  };
}
