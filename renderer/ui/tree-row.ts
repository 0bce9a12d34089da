import type { Component } from 'svelte';

/** One visible row of a tree. The owner flattens its tree: the children of a closed row are left out. */
export type TreeRow = {
  readonly id: string;
  readonly label: string;
  /** 1 for the roots. */
  readonly level: number;
  /** Undefined for a leaf. */
  readonly expanded?: boolean | undefined;
  readonly icon?: Component<{ size?: number | string }> | undefined;
  /** Small text at the end of the row, such as a count. */
  readonly detail?: string | undefined;
};

/** What a key asks of the tree. */
export type TreeMove =
  | { readonly kind: 'focus'; readonly index: number }
  | { readonly kind: 'toggle'; readonly index: number }
  | { readonly kind: 'select'; readonly index: number };

/** The act of a key on the row at `index`, or undefined where the key means nothing there. Follows the ARIA tree pattern. */
export function readTreeKey(key: string, rows: readonly TreeRow[], index: number): TreeMove | undefined {
  const row = rows[index];
  if (row === undefined) return undefined;
  switch (key) {
    case 'ArrowDown':
      return focusRow(rows, index + 1);
    case 'ArrowUp':
      return focusRow(rows, index - 1);
    case 'Home':
      return focusRow(rows, 0);
    case 'End':
      return focusRow(rows, rows.length - 1);
    case 'PageDown':
      return focusRow(rows, index + 12);
    case 'PageUp':
      return focusRow(rows, index - 12);
    case 'ArrowRight':
      if (row.expanded === undefined) return undefined;
      return row.expanded ? focusRow(rows, index + 1) : { kind: 'toggle', index };
    case 'ArrowLeft':
      return row.expanded === true ? { kind: 'toggle', index } : focusParent(rows, index, row.level);
    case 'Enter':
    case ' ':
      return row.expanded === undefined ? { kind: 'select', index } : { kind: 'toggle', index };
    default:
      return key.length === 1 ? focusByLetter(rows, index, key) : undefined;
  }
}

function focusRow(rows: readonly TreeRow[], index: number): TreeMove {
  return { kind: 'focus', index: Math.min(rows.length - 1, Math.max(0, index)) };
}

function focusParent(rows: readonly TreeRow[], index: number, level: number): TreeMove | undefined {
  for (let above = index - 1; above >= 0; above -= 1) {
    const row = rows[above];
    if (row !== undefined && row.level < level) return { kind: 'focus', index: above };
  }
  return undefined;
}

function focusByLetter(rows: readonly TreeRow[], index: number, letter: string): TreeMove | undefined {
  const wanted = letter.toLowerCase();
  for (let step = 1; step <= rows.length; step += 1) {
    const at = (index + step) % rows.length;
    if (rows[at]?.label.toLowerCase().startsWith(wanted) === true) return { kind: 'focus', index: at };
  }
  return undefined;
}
