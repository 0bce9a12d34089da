import type {
  AudienceSummary,
  ProfileApiForm,
  ProfileApiView,
  ProfileStoreView,
} from '../../../electron/contract/contract.ts';
import {
  checkSettings,
  visibleFields,
  type Secrets,
  type Settings,
} from '../../../electron/domain/field-spec.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { Problem } from '../../../electron/domain/problem.ts';
import type { ProfilePart } from '../../../electron/domain/profile-api.ts';
import type { Engine } from '../../shell/engine.ts';
import { Saving } from '../../shell/saving.svelte.ts';
import { CalmDraft } from '../../ui/calm-draft.svelte.ts';
import { findGaps } from './api-draft.ts';
import { suggestApi } from './suggest-api.ts';

/** What a Profile API is edited against. All members are read reactively. */
export interface ApiSetting {
  readonly model: CustomerModel;
  readonly audiences: readonly AudienceSummary[];
  /** What is saved. */
  readonly view: ProfileApiView;
  /** What the engine found wrong with the draft. */
  readonly found: readonly Problem[];
}

/** The editor of what a Profile API tells: its draft, and what is wrong with it. Keys are made apart. */
export class ApiEditor {
  readonly draft: CalmDraft<ProfileApiForm>;
  readonly saving = new Saving();
  /** Secrets of the store that are to be saved: never a part of the draft, whose steps are kept. */
  secrets: Secrets;
  /** What is missing stands at its field once the person has tried to save. */
  attempted: boolean;

  readonly store: ProfileStoreView | undefined = $derived.by(() =>
    this.setting.view.stores.find(({ kind }) => kind === this.draft.value.store.kind),
  );
  readonly storedSecrets: readonly string[] = $derived.by(() => {
    const { form, storedSecrets } = this.setting.view;
    return form.store.kind === this.draft.value.store.kind ? storedSecrets : [];
  });
  /** What is wrong with the settings of the store, by their keys. */
  readonly storeErrors: Record<string, string> = $derived.by(() =>
    checkSettings(
      this.store?.settings ?? [],
      this.draft.value.store.settings,
      this.secrets,
      this.storedSecrets,
    ),
  );
  readonly gaps: readonly Problem[] = $derived.by(() => findGaps(this.draft.value));
  /** The form that the engine can check, as it was when editing came to rest. */
  readonly checkable: ProfileApiForm | undefined = $derived.by(() =>
    findGaps(this.draft.calm).length === 0 ? this.draft.calm : undefined,
  );
  readonly problems: readonly Problem[] = $derived.by(() => [
    ...(this.attempted ? this.gaps : []),
    ...(this.checkable === undefined ? [] : this.setting.found),
  ]);
  readonly isChanged = $derived.by(() => this.draft.isChanged || Object.keys(this.secrets).length > 0);

  readonly #engine: Engine;
  readonly #connectionId: string;
  readonly #readSetting: () => ApiSetting;

  /** `readSetting` is read reactively. */
  constructor(engine: Engine, connectionId: string, readSetting: () => ApiSetting) {
    this.#engine = engine;
    this.#connectionId = connectionId;
    this.#readSetting = readSetting;
    this.secrets = $state.raw({});
    this.attempted = $state(false);
    this.draft = new CalmDraft(readSetting().view.form);
  }

  get setting(): ApiSetting {
    return this.#readSetting();
  }

  /** Takes a step. `field` names what was changed, so that typing is one step of undo. */
  change(change: Partial<ProfileApiForm>, field?: string): void {
    this.draft.change({ ...this.draft.value, ...change }, field);
  }

  /** Changes the part at this place. */
  changePart(at: number, change: Partial<ProfilePart>, field?: string): void {
    const parts = this.draft.value.parts.map((part, index) => (index === at ? { ...part, ...change } : part));
    this.change({ parts }, field === undefined ? undefined : `part ${at} ${field}`);
  }

  /** Fills an empty definition with what is no personal data. */
  suggest(): void {
    const { model, audiences } = this.setting;
    this.change(
      suggestApi(
        model,
        audiences.map(({ audience }) => audience),
      ),
    );
  }

  /** Chooses another kind of store; the settings of the one before do not fit. */
  chooseStore(kind: ProfileApiForm['store']['kind']): void {
    if (kind === this.draft.value.store.kind) return;
    this.secrets = {};
    this.change({ store: { kind, settings: {} } });
  }

  changeStore(settings: Settings): void {
    this.change({ store: { ...this.draft.value.store, settings } }, 'store');
  }

  undo(): void {
    this.draft.undo();
  }

  redo(): void {
    this.draft.redo();
  }

  /** Saves the draft. @returns what was saved, or undefined where something is missing or it failed: see `saving`. */
  async save(): Promise<ProfileApiView | undefined> {
    this.attempted = true;
    this.draft.settle();
    const { value } = this.draft;
    if (this.gaps.length > 0 || Object.keys(this.storeErrors).length > 0) return undefined;
    return this.saving.run(async () => {
      const form = { ...value, store: { ...value.store, settings: this.#closeSettings(value) } };
      const view = await this.#engine.profiles.save({
        connectionId: this.#connectionId,
        form,
        secrets: this.secrets,
      });
      this.secrets = {};
      this.draft.markSaved(value);
      return view;
    });
  }

  /** Ends what is under way. */
  close(): void {
    this.draft.stop();
  }

  /** The settings with the initial values of untouched fields. */
  #closeSettings({ store }: ProfileApiForm): Settings {
    const settings: Settings = {};
    for (const field of visibleFields(this.store?.settings ?? [], store.settings)) {
      const value = store.settings[field.key] ?? field.initial;
      if (field.kind !== 'secret' && value !== undefined && value !== '') settings[field.key] = value;
    }
    return settings;
  }
}
