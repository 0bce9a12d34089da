import type {
  ActivationForm,
  ActivationSummary,
  DestinationKindView,
  DestinationView,
} from '../../../electron/contract/contract.ts';
import type { Activation } from '../../../electron/domain/activation.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { Problem } from '../../../electron/domain/problem.ts';
import { toAppError } from '../../shell/app-errors.ts';
import type { Given } from '../../shell/definitions.svelte.ts';
import type { Engine } from '../../shell/engine.ts';
import { Saving } from '../../shell/saving.svelte.ts';
import { CalmDraft } from '../../ui/calm-draft.svelte.ts';
import { DeliveryActs } from '../../ui/delivery/delivery-acts.svelte.ts';
import type { DeliveryEditor } from '../../ui/delivery/delivery-context.ts';
import type { DeliveryDraft } from '../../ui/delivery/delivery-draft.ts';
import { findKind, usableMode } from '../../ui/delivery/destination-kind.ts';
import { problemsWithin } from '../../ui/rule/problem-at.ts';
import { closeActivation, findGaps, openActivation, type ActivationDraft } from './activation-draft.ts';

/** What an activation is edited against. All members are read reactively. */
export interface ActivationSetting extends Omit<Given, 'audiences'> {
  /** The kind of the chosen destination under its target, once the engine has told. */
  readonly described: DestinationKindView | undefined;
  /** Whether mirror can be offered, and why not. */
  readonly abilities: { readonly state: boolean; readonly why?: string | undefined } | undefined;
  /** What the engine found wrong with the draft. */
  readonly found: readonly Problem[];
}

/** The editor of one activation: its draft, what is wrong with it, and what the engine suggests for it. */
export class ActivationEditor implements DeliveryEditor {
  readonly draft: CalmDraft<ActivationDraft>;
  /** The id of the saved activation; undefined until the first save. */
  activationId: string | undefined;
  /** Gaps stand at their fields once the person has tried to save or run. */
  attempted: boolean;
  readonly saving = new Saving();
  readonly acts: DeliveryActs;
  /** The field of the audience says that it is missing. */
  readonly audienceMissing = undefined;

  readonly destination = $derived.by(() =>
    this.setting.destinations.find((each) => each.id === this.draft.value.destination),
  );
  /** The kind of the chosen destination: as described, or as listed until then. */
  readonly kind: DestinationKindView | undefined = $derived.by(() =>
    findKind(this.draft.value.destination, this.setting, this.setting.described),
  );
  /** The chosen mode, or the first that can be used. */
  readonly mode: ActivationMode | undefined = $derived.by(() => {
    const { mode } = this.draft.value;
    return this.kind === undefined
      ? mode
      : usableMode(mode, this.kind.modes, this.setting.abilities?.state === true);
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
    this.draft = new CalmDraft(openActivation(activation));
    this.acts = new DeliveryActs(
      this,
      (request) => engine.activations.suggest({ connectionId, ...request }),
      toAppError,
    );
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

  get destinations(): readonly DestinationView[] {
    return this.setting.destinations;
  }

  get audienceId(): string | undefined {
    const { audience } = this.draft.value;
    return audience === '' ? undefined : audience;
  }

  get abilities(): ActivationSetting['abilities'] {
    return this.setting.abilities;
  }

  /** The draft some time after the last change: what is checked, described and previewed. */
  get calm(): ActivationDraft {
    return this.draft.calm;
  }

  /** The problems that stand at a place and below it. */
  problemsAt(where: string): Problem[] {
    return problemsWithin(this.shown, where);
  }

  /** Takes a step. `field` names what was changed, so that typing is one step of undo. */
  change(change: Partial<ActivationDraft>, field?: string): void {
    this.draft.change({ ...this.draft.value, ...change }, field);
  }

  changeDelivery(change: Partial<DeliveryDraft>, field?: string): void {
    this.change(change, field);
  }

  rename(name: string): void {
    this.change({ name }, 'name');
  }

  /** Sends another audience; fields are suggested where none is mapped. */
  chooseAudience(audience: string): void {
    this.change({ audience });
    this.acts.suggestFirst();
  }

  undo(): void {
    this.draft.undo();
  }

  redo(): void {
    this.draft.redo();
  }

  /** Ends the wait for calm: the engine is asked about the draft as it is. */
  settle(): void {
    this.draft.settle();
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
    this.draft.stop();
    this.acts.close();
  }

  #close(draft: ActivationDraft): ActivationForm | undefined {
    return closeActivation(draft, {
      id: this.activationId,
      mode: this.mode,
      specs: this.kind?.target ?? [],
    });
  }
}
