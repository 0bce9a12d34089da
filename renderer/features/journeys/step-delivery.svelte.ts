import type { DestinationKindView, DestinationView } from '../../../electron/contract/contract.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import type { StepId } from '../../../electron/domain/journey.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { Problem } from '../../../electron/domain/problem.ts';
import { toAppError } from '../../shell/app-errors.ts';
import type { Engine } from '../../shell/engine.ts';
import { DeliveryActs } from '../../ui/delivery/delivery-acts.svelte.ts';
import type { DeliveryEditor } from '../../ui/delivery/delivery-context.ts';
import { openDelivery, type DeliveryDraft } from '../../ui/delivery/delivery-draft.ts';
import { problemsWithin } from '../../ui/rule/problem-at.ts';
import type { JourneyEditor } from './journey-editor.svelte.ts';

/** Edits what one activate step sends, within the draft of its journey. */
export class StepDeliveryEditor implements DeliveryEditor {
  readonly acts: DeliveryActs;
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
  readonly audienceMissing: AppErrorShape = {
    code: 'RULE_INVALID',
    message: 'Fields cannot be suggested: no audience enters the journey.',
    help: 'Choose the audience at the step “Entry”, then suggest the fields.',
    retry: 'after-fix',
  };

  readonly #editor: JourneyEditor;
  readonly #stepId: StepId;

  constructor(engine: Engine, connectionId: string, editor: JourneyEditor, stepId: StepId) {
    this.#editor = editor;
    this.#stepId = stepId;
    this.acts = new DeliveryActs(
      this,
      (request) => engine.activations.suggest({ connectionId, ...request }),
      toAppError,
    );
  }

  get model(): CustomerModel {
    return this.#editor.setting.model;
  }

  get destinations(): readonly DestinationView[] {
    return this.#editor.setting.destinations;
  }

  get audienceId(): string | undefined {
    return this.#editor.entry?.audience;
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

  settle(): void {
    this.#editor.settle();
  }
}
