import { SvelteMap } from 'svelte/reactivity';

/** Values that occur often in columns: asked for once per column, when a field first shows it. */
export class ValueSuggestions {
  readonly #known = new SvelteMap<string, readonly string[]>();
  readonly #asked = new Set<string>();
  readonly #fetch: (entity: string, column: string) => Promise<readonly string[]>;

  /** `fetch` asks the engine. */
  constructor(fetch: (entity: string, column: string) => Promise<readonly string[]>) {
    this.#fetch = fetch;
  }

  /** The values of a column; empty until the answer is there. Safe to call from a template. */
  read(entity: string, column: string): readonly string[] {
    const key = JSON.stringify([entity, column]);
    if (column !== '' && !this.#asked.has(key)) {
      this.#asked.add(key);
      this.#fetch(entity, column).then(
        (values) => this.#known.set(key, values),
        // Suggestions only save typing: without them the field still takes every value.
        () => this.#asked.delete(key),
      );
    }
    return this.#known.get(key) ?? [];
  }
}
