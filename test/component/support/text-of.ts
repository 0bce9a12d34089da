import type { Locator } from 'vitest/browser';

/** The text of an element with single blanks, to be polled for a part of it: `toHaveTextContent` compares the whole text. */
export function textOf(locator: Locator): string {
  return locator.element().textContent.replace(/\s+/g, ' ').trim();
}
