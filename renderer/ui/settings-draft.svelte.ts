import {
  checkSettings,
  type FieldSpec,
  type Secrets,
  type Settings,
} from '../../electron/domain/field-spec.ts';

/** A kind of warehouse or destination, with the form of its account. */
export interface AccountKind {
  readonly kind: string;
  readonly label: string;
  readonly settings: readonly FieldSpec[];
}

/** A saved account: a connection or a destination. Of its secrets, the keys alone. */
export interface SavedAccount {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly settings: Settings;
  readonly storedSecrets: readonly string[];
}

/** What the form of a connection or destination holds before it is saved. */
export class SettingsDraft<K extends AccountKind> {
  label = $state('');
  kind = $state('');
  settings = $state.raw<Settings>({});
  secrets = $state.raw<Secrets>({});
  /** Errors are shown once the person has tried to test or save. */
  attempted = $state(false);
  readonly id: string | undefined;
  readonly storedSecrets: readonly string[];
  #kinds: readonly K[];
  #initial: string;

  spec = $derived.by(() => this.#kinds.find((each) => each.kind === this.kind));
  problems = $derived.by(() => this.#check());
  isValid = $derived(Object.keys(this.problems).length === 0);
  isChanged = $derived.by(() => this.#state() !== this.#initial);

  /** Without `existing`, a new account, of `kind` where that is chosen already. */
  constructor(kinds: readonly K[], existing?: SavedAccount, kind?: string) {
    this.#kinds = kinds;
    this.id = existing?.id;
    this.storedSecrets = existing?.storedSecrets ?? [];
    if (existing !== undefined) {
      this.label = existing.label;
      this.kind = existing.kind;
      this.settings = existing.settings;
    } else if (kind !== undefined) {
      this.chooseKind(kind);
    }
    this.#initial = this.#state();
  }

  /** Chooses the kind of a new account; the settings of another kind do not fit and are dropped. */
  chooseKind(kind: string): void {
    if (kind === this.kind) return;
    const before = this.spec;
    this.kind = kind;
    this.settings = {};
    this.secrets = {};
    this.attempted = false;
    if (this.label === '' || this.label === before?.label) this.label = this.spec?.label ?? '';
  }

  /** The settings with the initial values of untouched fields, as the engine takes them. */
  toInput(): { label: string; kind: string; settings: Settings; secrets: Secrets } {
    const settings: Settings = {};
    for (const field of this.spec?.settings ?? []) {
      const value = this.settings[field.key] ?? field.initial;
      if (field.kind !== 'secret' && value !== undefined && value !== '') settings[field.key] = value;
    }
    return { label: this.label.trim(), kind: this.kind, settings, secrets: this.secrets };
  }

  #check(): Record<string, string> {
    const problems = checkSettings(
      this.spec?.settings ?? [],
      this.settings,
      this.secrets,
      this.storedSecrets,
    );
    return this.label.trim() === '' ? { ...problems, label: 'Name is required.' } : problems;
  }

  #state(): string {
    return JSON.stringify([this.label, this.kind, this.settings, this.secrets]);
  }
}
