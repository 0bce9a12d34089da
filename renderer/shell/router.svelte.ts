/** Where the window is: a page and the ids after it. `#/audiences/a1` is `{ page: 'audiences', rest: ['a1'] }`. */
export type Route = { readonly page: string; readonly rest: readonly string[] };

/** The hash of a route. */
export function formatRoute(page: string, ...rest: readonly string[]): string {
  return `#/${[page, ...rest].map(encodeURIComponent).join('/')}`;
}

/** Reads a hash; text that is no valid hash gives the empty page. */
function readRoute(hash: string): Route {
  const parts = hash.replace(/^#\/?/, '').split('/').filter(Boolean);
  try {
    const [page = '', ...rest] = parts.map(decodeURIComponent);
    return { page, rest };
  } catch {
    // A hash typed by hand may hold a broken escape; it names no page.
    return { page: '', rest: [] };
  }
}

/**
 * The window's place, kept in the address hash so that back, forward and reload work.
 * An editor with unsaved changes blocks leaving; the shell then asks and calls `leave` or `stay`.
 */
export class Router {
  route = $state.raw<Route>(readRoute(location.hash));
  /** Where the person wants to go while an editor blocks leaving. */
  wanted = $state.raw<string>();
  #blocker: ((next: Route) => boolean) | undefined;
  #hash = location.hash;

  /** Follows the address; returns the end of it. */
  start(): () => void {
    const follow = (): void => this.#follow();
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }

  /** Goes to a page. */
  go(page: string, ...rest: readonly string[]): void {
    location.hash = formatRoute(page, ...rest);
  }

  /** Goes to a page without a step in the history. */
  replace(page: string, ...rest: readonly string[]): void {
    history.replaceState(null, '', formatRoute(page, ...rest));
    this.#accept();
  }

  /** Asks before leaving while `isBlocked` says so for the next place; returns the end of it. */
  blockWhile(isBlocked: (next: Route) => boolean): () => void {
    this.#blocker = isBlocked;
    return () => {
      if (this.#blocker === isBlocked) this.#blocker = undefined;
    };
  }

  /** Leaves a blocking editor for the wanted place. */
  leave(): void {
    const wanted = this.wanted;
    this.wanted = undefined;
    this.#blocker = undefined;
    if (wanted !== undefined) location.hash = wanted;
  }

  /** Stays in the blocking editor. */
  stay(): void {
    this.wanted = undefined;
  }

  #follow(): void {
    const next = location.hash;
    if (next === this.#hash) return;
    if (this.#blocker?.(readRoute(next)) === true) {
      this.wanted = next;
      history.replaceState(null, '', this.#hash);
      return;
    }
    this.#accept();
  }

  #accept(): void {
    this.#hash = location.hash;
    this.route = readRoute(location.hash);
  }
}

/** The router of this window. */
export const router = new Router();
