import type { DestinationKindView } from '../../../electron/contract/contract.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import type { StepId } from '../../../electron/domain/journey.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { Problem } from '../../../electron/domain/problem.ts';
import { toAppError } from '../../shell/app-errors.ts';
import type { Engine } from '../../shell/engine.ts';
import type { DeliveryEditor } from '../../ui/delivery/delivery-context.ts';
import {
  closeTarget,
  openDelivery,
  withDestination,
  withSuggested,
  type DeliveryDraft,
  type MappingDraft,
} from '../../ui/delivery/delivery-draft.ts';
import { problemsWithin } from '../../ui/rule/problem-at.ts';
import type { JourneyEditor } from './journey-editor.svelte.ts';

const NO_ENTRY: AppErrorShape = {
  code: 'RULE_INVALID',
  message: 'Fields cannot be suggested: no audience enters the journey.',
  help: 'Choose the audience at the step “Entry”, then suggest the fields.',
  retry: 'after-fix',
};

/** Edits what one activate step sends, within the draft of its journey. */
export class StepDeliveryEditor implements DeliveryEditor {
  isSuggesting = $state(false);
  suggestError = $state.raw<AppErrorShape>();
  readonly delivery: DeliveryDraft = $derived.by(
    () => this.#editor.draft.value.deliveries[this.#stepId] ?? openDelivery(undefined),
  );
  readonly #described = $derived.by(() => this.#editor.describe(this.#stepId));
  /** The problems of the delivery, by paths that begin with its keys. */
  readonly shown: readonly Problem[] = $derived.by(() => {
    const where = `${this.#editor.whereOf(this.#stepId)}.activation`;
    return problemsWithin(this.#editor.shown, where).map((problem) => ({
      ...problem,
      where: problem.where.slice(where.length + 1),
    }));
  });
  /** A step never mirrors. */
  readonly abilities = undefined;

  readonly #engine: Engine;
  readonly #connectionId: string;
  readonly #editor: JourneyEditor;
  readonly #stepId: StepId;
  #asked = 0;

  constructor(engine: Engine, connectionId: string, editor: JourneyEditor, stepId: StepId) {
    this.#engine = engine;
    this.#connectionId = connectionId;
    this.#editor = editor;
    this.#stepId = stepId;
  }

  get model(): CustomerModel {
    return this.#editor.setting.model;
  }

  get kind(): DestinationKindView | undefined {
    return this.#described.kind;
  }

  get mode(): ActivationMode | undefined {
    return this.#described.mode;
  }

  changeDelivery(change: Partial<DeliveryDraft>, field?: string): void {
    this.#editor.changeDelivery(this.#stepId, { ...this.delivery, ...change }, field);
  }

  changeField(at: number, change: Partial<MappingDraft>, field: string): void {
    const fields = this.delivery.fields.map((each, index) => (index === at ? { ...each, ...change } : each));
    this.changeDelivery({ fields }, `field ${at} ${field}`);
  }

  /** Sends elsewhere; what does not fit another kind of destination is suggested anew. */
  chooseDestination(destination: string): void {
    const { delivery } = this;
    if (destination === delivery.destination) return;
    const kindOf = (id: string): string | undefined =>
      this.#editor.setting.destinations.find((each) => each.id === id)?.kind;
    const fits = kindOf(destination) === kindOf(delivery.destination);
    this.changeDelivery(withDestination(delivery, destination, fits));
    this.#editor.settle();
    if (this.delivery.fields.length === 0) void this.suggest();
  }

  async suggest(): Promise<void> {
    const { destination, target } = this.delivery;
    const audienceId = this.#editor.entry?.audience;
    if (destination === '') return;
    if (audienceId === undefined) {
      this.suggestError = NO_ENTRY;
      return;
    }
    this.#asked += 1;
    const asked = this.#asked;
    this.isSuggesting = true;
    this.suggestError = undefined;
    try {
      const suggested = await this.#engine.activations.suggest({
        connectionId: this.#connectionId,
        audienceId,
        destinationId: destination,
        target: closeTarget(this.kind?.target ?? [], target),
      });
      const { delivery } = this;
      if (asked !== this.#asked || delivery.destination !== destination) return;
      const next = withSuggested(delivery, suggested);
      if (next === delivery) return;
      this.changeDelivery(next);
      this.#editor.settle();
    } catch (cause) {
      if (asked === this.#asked) this.suggestError = toAppError(cause);
    } finally {
      if (asked === this.#asked) this.isSuggesting = false;
    }
  }
}
