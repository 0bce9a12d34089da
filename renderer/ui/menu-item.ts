import type { Component } from 'svelte';

/** One row of a menu. `divided` draws a line above it. */
export type MenuItem = {
  readonly label: string;
  readonly onselect: () => void;
  readonly icon?: Component<{ size?: number | string }> | undefined;
  readonly hint?: string | undefined;
  readonly danger?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly checked?: boolean | undefined;
  readonly divided?: boolean | undefined;
};
