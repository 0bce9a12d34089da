import type {
  ActivationForm,
  ActivationSummary,
  DestinationKindView,
  DestinationView,
} from '../../../electron/contract/contract.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import type { Activation } from '../../../electron/domain/activation.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { Problem } from '../../../electron/domain/problem.ts';
import { toAppError } from '../../shell/app-errors.ts';
import type { Engine } from '../../shell/engine.ts';
import { Saving } from '../../shell/saving.svelte.ts';
import { Calm } from '../../ui/calm.svelte.ts';
import { Draft } from '../../ui/draft.svelte.ts';
import type { DeliveryEditor } from '../../ui/delivery/delivery-context.ts';
import {
  closeTarget,
  withDestination,
  withSuggested,
  type DeliveryDraft,
  type MappingDraft,
} from '../../ui/delivery/delivery-draft.ts';
import { problemsWithin } from '../../ui/rule/problem-at.ts';
import { closeActivation, findGaps, openActivation, type ActivationDraft } from './activation-draft.ts';

/** What an activation is edited against. All members are read reactively. */
export interface ActivationSetting {
  readonly model: CustomerModel;
  readonly destinations: readonly DestinationView[];
  readonly kinds: readonly DestinationKindView[];
  /** The kind of the chosen destination under its target, once the engine has told. */
  readonly described: DestinationKindView | undefined;
  /** Whether mirror can be offered, and why not. */
  readonly abilities: { readonly state: boolean; readonly why?: string | undefined } | undefined;
  /** What the engine found wrong with the draft. */
  readonly found: readonly Problem[];
}

/** The editor of one activation: its draft, what is wrong with it, and what the engine suggests for it. */
export class ActivationEditor implements DeliveryEditor {
  readonly draft: Draft<ActivationDraft>;
  /** The id of the saved activation; undefined until the first save. */
  activationId: string | undefined;
  /** Gaps stand at their fields once the person has tried to save or run. */
  attempted: boolean;
  readonly saving = new Saving();
  isSuggesting = $state(false);
  suggestError = $state.raw<AppErrorShape>();

  readonly destination = $derived.by(() =>
    this.setting.destinations.find((each) => each.id === this.draft.value.destination),
  );
  /** The kind of the chosen destination: as described, or as listed until then. */
  readonly kind: DestinationKindView | undefined = $derived.by(() => {
    const { described, kinds } = this.setting;
    const kind = this.destination?.kind;
    return described !== undefined && described.kind === kind
      ? described
      : kinds.find((each) => each.kind === kind);
  });
  /** The chosen mode, or the first that can be used. */
  readonly mode: ActivationMode | undefined = $derived.by(() => {
    const { mode } = this.draft.value;
    const modes = this.kind?.modes;
    if (modes === undefined || (mode !== undefined && modes.includes(mode))) return mode;
    return modes.find((each) => each !== 'mirror' || this.setting.abilities?.state === true) ?? modes[0];
  });
  /** The form that the engine takes, as it was when editing came to rest. */
  readonly form: ActivationForm | undefined = $derived.by(() => this.#close(this.calm));
  readonly gaps: readonly Problem[] = $derived.by(() => findGaps(this.draft.value, this.kind));
  /** Everything that is wrong: what the engine finds at a place where something is missing adds nothing. */
  readonly problems: readonly Problem[] = $derived.by(() => [
    ...this.gaps,
    ...(this.form === undefined ? [] : this.setting.found).filter(
      ({ where }) => !this.gaps.some((gap) => gap.where === where),
    ),
  ]);
  /** The problems that stand at their fields. */
  readonly shown: readonly Problem[] = $derived.by(() =>
    this.attempted ? this.problems : this.problems.filter((each) => !this.gaps.includes(each)),
  );

  readonly #engine: Engine;
  readonly #connectionId: string;
  readonly #readSetting: () => ActivationSetting;
  readonly #calm: Calm<ActivationDraft>;
  #asked = 0;

  /** Edits a saved activation, or a new one. */
  constructor(
    engine: Engine,
    connectionId: string,
    readSetting: () => ActivationSetting,
    activation: Activation | undefined,
  ) {
    this.#engine = engine;
    this.#connectionId = connectionId;
    this.#readSetting = readSetting;
    this.activationId = $state(activation?.id);
    this.attempted = $state(activation !== undefined);
    this.draft = new Draft(openActivation(activation));
    this.#calm = new Calm(() => this.draft.value);
  }

  get setting(): ActivationSetting {
    return this.#readSetting();
  }

  get delivery(): DeliveryDraft {
    return this.draft.value;
  }

  get model(): CustomerModel {
    return this.setting.model;
  }

  get abilities(): ActivationSetting['abilities'] {
    return this.setting.abilities;
  }

  /** The draft some time after the last change: what is checked, described and previewed. */
  get calm(): ActivationDraft {
    return this.#calm.value;
  }

  /** The problems that stand at a place and below it. */
  problemsAt(where: string): Problem[] {
    return problemsWithin(this.shown, where);
  }

  /** Takes a step. `field` names what was changed, so that typing is one step of undo. */
  change(change: Partial<ActivationDraft>, field?: string): void {
    this.draft.change({ ...this.draft.value, ...change }, field);
    this.#calm.follow();
  }

  changeDelivery(change: Partial<DeliveryDraft>, field?: string): void {
    this.change(change, field);
  }

  rename(name: string): void {
    this.change({ name }, 'name');
  }

  /** Changes a row of the mapping in its place. */
  changeField(at: number, change: Partial<MappingDraft>, field: string): void {
    const fields = this.draft.value.fields.map((each, index) =>
      index === at ? { ...each, ...change } : each,
    );
    this.change({ fields }, `field ${at} ${field}`);
  }

  chooseAudience(audience: string): void {
    this.change({ audience });
    this.settle();
    if (this.draft.value.fields.length === 0) void this.suggest();
  }

  /** Sends elsewhere. What was written for another kind of destination does not fit and is suggested anew; undo brings it back. */
  chooseDestination(destination: string): void {
    const { value } = this.draft;
    if (destination === value.destination) return;
    const kindOf = (id: string): string | undefined =>
      this.setting.destinations.find((each) => each.id === id)?.kind;
    const fits = kindOf(destination) === kindOf(value.destination);
    this.change(withDestination(value, destination, fits));
    this.settle();
    if (this.draft.value.fields.length === 0) void this.suggest();
  }

  /** Maps the fields that fit and are not mapped yet; names the attribute of consent where none is chosen. */
  async suggest(): Promise<void> {
    const { audience, destination, target } = this.draft.value;
    if (audience === '' || destination === '') return;
    this.#asked += 1;
    const asked = this.#asked;
    this.isSuggesting = true;
    this.suggestError = undefined;
    try {
      const suggested = await this.#engine.activations.suggest({
        connectionId: this.#connectionId,
        audienceId: audience,
        destinationId: destination,
        target: closeTarget(this.kind?.target ?? [], target),
      });
      const { value } = this.draft;
      if (asked !== this.#asked || value.destination !== destination) return;
      const next = withSuggested(value, suggested);
      if (next === value) return;
      this.change(next);
      this.settle();
    } catch (cause) {
      if (asked === this.#asked) this.suggestError = toAppError(cause);
    } finally {
      if (asked === this.#asked) this.isSuggesting = false;
    }
  }

  undo(): void {
    this.draft.undo();
    this.#calm.follow();
  }

  redo(): void {
    this.draft.redo();
    this.#calm.follow();
  }

  /** Ends the wait for calm: the engine is asked about the draft as it is. */
  settle(): void {
    this.#calm.settle();
  }

  /** Saves the draft. @returns what was saved, or undefined where something is missing or it failed: see `saving`. */
  async save(): Promise<ActivationSummary | undefined> {
    this.attempted = true;
    this.settle();
    const { value } = this.draft;
    const form = this.#close(value);
    if (form === undefined || value.name.trim() === '') return undefined;
    return this.saving.run(async () => {
      const saved = await this.#engine.activations.save({ connectionId: this.#connectionId, form });
      this.activationId = saved.activation.id;
      this.draft.markSaved(value);
      return saved;
    });
  }

  /** Ends what is under way. */
  close(): void {
    this.#calm.stop();
    this.#asked += 1;
  }

  #close(draft: ActivationDraft): ActivationForm | undefined {
    return closeActivation(draft, {
      id: this.activationId,
      mode: this.mode,
      specs: this.kind?.target ?? [],
    });
  }
}
