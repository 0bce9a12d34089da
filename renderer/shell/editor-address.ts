import { SvelteMap } from 'svelte/reactivity';
import { router } from './router.svelte.ts';

/** The addresses of a page's editors. The first save gives what is new its address, and the editor that saved it stays. */
export class EditorAddress {
  readonly #page: string;
  /** The keys of the editors that saved what was new, by its id. */
  readonly #savedBy = new SvelteMap<string, string>();

  constructor(page: string) {
    this.#page = page;
  }

  /** The key of the editor at an id of the address; `new` is the id of what is not saved yet. */
  keyOf(id: string): string {
    return id === 'new' ? this.#nextKey() : (this.#savedBy.get(id) ?? id);
  }

  /** True where an editor of this page saved it first: the list may not hold it yet. */
  isFirstSaved(id: string): boolean {
    return this.#savedBy.has(id);
  }

  /** Moves the editor of what is new to the address of its id. */
  moveTo(id: string): void {
    this.#savedBy.set(id, this.#nextKey());
    router.replace(this.#page, id);
  }

  #nextKey(): string {
    return `new ${String(this.#savedBy.size)}`;
  }
}
