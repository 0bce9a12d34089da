/** What a person can choose; `system` follows the operating system. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'slipway.theme';

function readChoice(): ThemeChoice {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

/** The colours of the window: a choice that lasts, resolved to light or dark on `html[data-theme]`. */
class Theme {
  choice = $state<ThemeChoice>(readChoice());

  /** Applies the choice now and whenever the operating system changes. */
  start(): void {
    this.#apply();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#apply());
  }

  /** Changes and keeps the choice. */
  choose(choice: ThemeChoice): void {
    this.choice = choice;
    localStorage.setItem(KEY, choice);
    this.#apply();
  }

  #apply(): void {
    const systemIsDark = matchMedia('(prefers-color-scheme: dark)').matches;
    const dark = this.choice === 'dark' || (this.choice === 'system' && systemIsDark);
    document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  }
}

/** The theme of this window. */
export const theme = new Theme();
