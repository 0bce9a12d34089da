import type { DestinationKindView, DestinationView } from '../../../electron/contract/contract.ts';
import type { Consent } from '../../../electron/domain/activation.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import type { Settings } from '../../../electron/domain/field-spec.ts';
import {
  closeTarget,
  withDestination,
  withSuggested,
  type DeliveryDraft,
  type MappingDraft,
} from './delivery-draft.ts';

/** The fields that fit a destination, and the attribute of consent. */
export interface Suggested {
  readonly fields: readonly MappingDraft[];
  readonly consent?: Consent | undefined;
}

/** What is to be sent where, as fields are suggested for it. */
export interface SuggestRequest {
  readonly audienceId: string;
  readonly destinationId: string;
  readonly target: Settings;
}

/** What holds a delivery: the draft of an activation, or that of a journey. All members are read reactively. */
export interface DeliveryHolder {
  readonly delivery: DeliveryDraft;
  /** Who is sent; undefined until an audience is chosen. */
  readonly audienceId: string | undefined;
  /** Why nothing is suggested without an audience; undefined where its own field says so. */
  readonly audienceMissing: AppErrorShape | undefined;
  readonly destinations: readonly DestinationView[];
  /** The kind of the chosen destination with the modes that are offered; undefined until one is chosen. */
  readonly kind: DestinationKindView | undefined;
  /** Takes a step. `field` names what was changed, so that typing is one step of undo. */
  changeDelivery(change: Partial<DeliveryDraft>, field?: string): void;
  /** Ends the wait for calm: the engine is asked about the draft as it is. */
  settle(): void;
}

/** The acts on a delivery that are the same wherever it stands. */
export class DeliveryActs {
  isSuggesting = $state(false);
  suggestError = $state.raw<AppErrorShape>();
  readonly #holder: DeliveryHolder;
  readonly #ask: (request: SuggestRequest) => Promise<Suggested>;
  readonly #toError: (cause: unknown) => AppErrorShape;
  #asked = 0;

  /** `ask` is the engine's suggestion; `toError` makes of its failure what is shown. */
  constructor(
    holder: DeliveryHolder,
    ask: (request: SuggestRequest) => Promise<Suggested>,
    toError: (cause: unknown) => AppErrorShape,
  ) {
    this.#holder = holder;
    this.#ask = ask;
    this.#toError = toError;
  }

  /** Changes a row of the mapping in its place. */
  changeField(at: number, change: Partial<MappingDraft>, field: string): void {
    const fields = this.#holder.delivery.fields.map((each, index) =>
      index === at ? { ...each, ...change } : each,
    );
    this.#holder.changeDelivery({ fields }, `field ${at} ${field}`);
  }

  /** Sends elsewhere. What was written for another kind of destination does not fit and is suggested anew; undo brings it back. */
  chooseDestination(destination: string): void {
    const { delivery, destinations } = this.#holder;
    if (destination === delivery.destination) return;
    const kindOf = (id: string): string | undefined => destinations.find((each) => each.id === id)?.kind;
    const fits = kindOf(destination) === kindOf(delivery.destination);
    this.#holder.changeDelivery(withDestination(delivery, destination, fits));
    this.suggestFirst();
  }

  /** Takes the draft as it is, and suggests the fields where none is mapped. */
  suggestFirst(): void {
    this.#holder.settle();
    if (this.#holder.delivery.fields.length === 0) void this.suggest();
  }

  /** Maps the fields that fit and are not mapped yet; names the attribute of consent where none is chosen. */
  async suggest(): Promise<void> {
    const { delivery, audienceId, audienceMissing, kind } = this.#holder;
    const { destination } = delivery;
    if (destination === '') return;
    if (audienceId === undefined) {
      this.suggestError = audienceMissing ?? this.suggestError;
      return;
    }
    this.#asked += 1;
    const asked = this.#asked;
    this.isSuggesting = true;
    this.suggestError = undefined;
    try {
      const target = closeTarget(kind?.target ?? [], delivery.target);
      const suggested = await this.#ask({ audienceId, destinationId: destination, target });
      if (asked === this.#asked) this.#take(suggested, destination);
    } catch (cause) {
      if (asked === this.#asked) this.suggestError = this.#toError(cause);
    } finally {
      if (asked === this.#asked) this.isSuggesting = false;
    }
  }

  /** Drops the suggestion that is under way. */
  close(): void {
    this.#asked += 1;
  }

  /** What was suggested for another destination is dropped. */
  #take(suggested: Suggested, destination: string): void {
    const { delivery } = this.#holder;
    if (delivery.destination !== destination) return;
    const next = withSuggested(delivery, suggested);
    if (next === delivery) return;
    this.#holder.changeDelivery(next);
    this.#holder.settle();
  }
}
