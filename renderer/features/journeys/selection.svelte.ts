import type { StepId } from '../../../electron/domain/journey.ts';
import type { WayRef } from './edit-steps.ts';

/** The views beside the canvas. */
export type SideTab = 'step' | 'rules' | 'problems' | 'results' | 'trace' | 'ticks';

/** What of a journey is selected, and what of it is shown beside the canvas. */
export class Selection {
  tab = $state<SideTab>('step');
  #steps = $state.raw<readonly StepId[]>([]);
  #way = $state.raw<WayRef>();
  #wanted = $state.raw<{ readonly id: StepId }>();

  /** The selected steps; some may be gone since. */
  get steps(): readonly StepId[] {
    return this.#steps;
  }

  /** The selected way; there is none while steps are selected. */
  get way(): WayRef | undefined {
    return this.#way;
  }

  /** The step that is to be brought into view; each wish is an object of its own. */
  get wanted(): { readonly id: StepId } | undefined {
    return this.#wanted;
  }

  /** Selects steps; the form of a single one opens. */
  select(ids: readonly StepId[]): void {
    const isSame = ids.length === this.#steps.length && ids.every((id) => this.#steps.includes(id));
    if (isSame) return;
    this.#steps = ids;
    if (ids.length > 0) this.#way = undefined;
    if (ids.length === 1) this.tab = 'step';
  }

  /** Selects a way, or none. */
  selectWay(way: WayRef | undefined): void {
    this.#way = way;
    if (way !== undefined) this.#steps = [];
  }

  /** Opens the form of a step and brings it into view. */
  reveal(id: StepId): void {
    this.select([id]);
    this.tab = 'step';
    this.#wanted = { id };
  }
}
