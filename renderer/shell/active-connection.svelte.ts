import type { ConnectionView } from '../../electron/contract/contract.ts';

const KEY = 'slipway.connection';

/** The connection that Catalog, Model and Audiences work on; the choice lasts, and falls back to the first connection. */
export class ActiveConnection {
  #chosenId = $state(localStorage.getItem(KEY));
  #readAll: () => readonly ConnectionView[] | undefined;

  /** All connections; undefined until the engine has answered. */
  all = $derived.by(() => this.#readAll());
  /** The chosen one; undefined where there is none or it is not known yet. */
  current = $derived(this.all?.find((each) => each.id === this.#chosenId) ?? this.all?.[0]);

  /** `readAll` is read reactively, such as the data of the connections query. */
  constructor(readAll: () => readonly ConnectionView[] | undefined) {
    this.#readAll = readAll;
  }

  /** Works on another connection from now on. */
  choose(id: string): void {
    this.#chosenId = id;
    localStorage.setItem(KEY, id);
  }
}
