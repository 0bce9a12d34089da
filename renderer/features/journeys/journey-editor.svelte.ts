import type { DestinationKindView } from '../../../electron/contract/contract.ts';
import type { JourneySummary } from '../../../electron/contract/journeys.ts';
import type {
  Journey,
  JourneyForm,
  Layout,
  Step,
  StepId,
  StepKind,
} from '../../../electron/domain/journey.ts';
import type { Problem } from '../../../electron/domain/problem.ts';
import type { Given } from '../../shell/definitions.svelte.ts';
import type { Engine } from '../../shell/engine.ts';
import { Saving } from '../../shell/saving.svelte.ts';
import { CalmDraft } from '../../ui/calm-draft.svelte.ts';
import type { DeliveryDraft } from '../../ui/delivery/delivery-draft.ts';
import { problemsWithin } from '../../ui/rule/problem-at.ts';
import { arrangeSteps } from './arrange-steps.ts';
import { copied } from './copied-steps.ts';
import { summarizeStep } from './describe-step.ts';
import {
  addStep,
  connect,
  copySteps,
  findStep,
  moveSteps,
  pasteSteps,
  removeSteps,
  withStep,
  type Spot,
  type WayRef,
} from './edit-steps.ts';
import {
  closeJourney,
  describeStepDelivery,
  findJourneyGaps,
  openJourney,
  type JourneyDraft,
  type StepDelivery,
} from './journey-draft.ts';
import { Selection } from './selection.svelte.ts';

/** What a journey is edited against. All members are read reactively. */
export interface JourneySetting extends Given {
  /** The kind of a step's destination under its target, once the engine has told. */
  describedOf(stepId: StepId): DestinationKindView | undefined;
  /** What the engine found wrong with the draft. */
  readonly found: readonly Problem[];
}

/** The editor of one journey: its draft, what of it is selected, and what is wrong with it. */
export class JourneyEditor {
  readonly draft: CalmDraft<JourneyDraft>;
  /** The id of the saved journey; undefined until the first save. */
  journeyId: string | undefined;
  /** Gaps stand at their fields once the person has tried to save or publish. */
  attempted: boolean;
  readonly saving = new Saving();
  readonly selection = new Selection();

  /** The selected steps that are still there. */
  readonly selected: readonly StepId[] = $derived.by(() =>
    this.selection.steps.filter((id) => findStep(this.draft.value, id) !== undefined),
  );
  /** The step whose form is open: the only one that is selected. */
  readonly opened: Step | undefined = $derived.by(() => {
    const [id, ...rest] = this.selected;
    return id === undefined || rest.length > 0 ? undefined : findStep(this.draft.value, id);
  });
  readonly entry = $derived.by(() => this.draft.value.steps.find((step) => step.kind === 'entry'));
  /** The form that the engine takes, as it was when editing came to rest. */
  readonly form: JourneyForm = $derived.by(() => this.#close(this.calm));
  readonly gaps: readonly Problem[] = $derived.by(() =>
    findJourneyGaps(this.draft.value, (id) => this.describe(id)),
  );
  /** Everything that is wrong: what the engine finds at or above a place where something is missing adds nothing. */
  readonly problems: readonly Problem[] = $derived.by(() => [
    ...this.gaps,
    ...this.setting.found.filter(({ where }) => problemsWithin(this.gaps, where).length === 0),
  ]);
  /** The problems that stand at their fields. */
  readonly shown: readonly Problem[] = $derived.by(() =>
    this.attempted ? this.problems : this.problems.filter((each) => !this.gaps.includes(each)),
  );

  readonly #engine: Engine;
  readonly #connectionId: string;
  readonly #readSetting: () => JourneySetting;

  /** Edits a saved journey, or a new one. */
  constructor(
    engine: Engine,
    connectionId: string,
    readSetting: () => JourneySetting,
    journey: Journey | undefined,
  ) {
    this.#engine = engine;
    this.#connectionId = connectionId;
    this.#readSetting = readSetting;
    this.journeyId = $state(journey?.id);
    this.attempted = $state(journey !== undefined);
    this.draft = new CalmDraft(openJourney(journey));
    const entry = this.draft.value.steps.find((step) => step.kind === 'entry');
    if (journey === undefined && entry !== undefined) this.selection.select([entry.id]);
  }

  get setting(): JourneySetting {
    return this.#readSetting();
  }

  /** The draft some time after the last change: what is checked and counted. */
  get calm(): JourneyDraft {
    return this.draft.calm;
  }

  /** What is known of the destination of an activate step. */
  describe(stepId: StepId): StepDelivery {
    const { destinations, kinds } = this.setting;
    return describeStepDelivery(
      this.draft.value.deliveries[stepId],
      destinations,
      kinds,
      this.setting.describedOf(stepId),
    );
  }

  /** What a step does, in one line. */
  summarize(step: Step): string {
    const { model, audiences, destinations } = this.setting;
    const { deliveries } = this.draft.value;
    return summarizeStep(step, { model, audiences, destinations, deliveries });
  }

  /** The path of a step in problems. */
  whereOf(stepId: StepId): string {
    return `steps[${this.draft.value.steps.findIndex(({ id }) => id === stepId)}]`;
  }

  /** The problems of a step that are shown. */
  problemsOf(stepId: StepId): Problem[] {
    return problemsWithin(this.shown, this.whereOf(stepId));
  }

  /** The step that a problem is about. */
  stepOf({ where }: Pick<Problem, 'where'>): Step | undefined {
    const at = /^steps\[(\d+)\]/.exec(where)?.[1];
    return at === undefined ? undefined : this.draft.value.steps[Number(at)];
  }

  /** Takes a step. `field` names what was changed, so that typing is one step of undo. */
  change(change: Partial<JourneyDraft>, field?: string): void {
    this.draft.change({ ...this.draft.value, ...change }, field);
  }

  rename(name: string): void {
    this.change({ name }, 'name');
  }

  /** Changes a step in its place. */
  changeStep(step: Step, field?: string): void {
    this.draft.change(
      withStep(this.draft.value, step),
      field === undefined ? undefined : `${step.id} ${field}`,
    );
  }

  /** Changes what a step sends. */
  changeDelivery(stepId: StepId, delivery: DeliveryDraft, field?: string): void {
    const deliveries = { ...this.draft.value.deliveries, [stepId]: delivery };
    this.change({ deliveries }, field === undefined ? undefined : `${stepId} ${field}`);
  }

  /** Leads a way to a step, or nowhere. */
  connect(from: WayRef, to: StepId | undefined): void {
    this.draft.change(connect(this.draft.value, from, to));
    if (to === undefined) this.selection.selectWay(undefined);
  }

  /** Adds a step at a spot or at the end of a way, and opens its form. */
  add(kind: StepKind, place: { spot?: Spot | undefined; from?: WayRef | undefined } = {}): StepId {
    const { draft, id } = addStep(this.draft.value, kind, place);
    this.draft.change(draft);
    this.selection.reveal(id);
    return id;
  }

  /** Removes steps with the ways to them; the entry stays. */
  remove(ids: readonly StepId[]): void {
    const next = removeSteps(this.draft.value, ids);
    if (next !== this.draft.value) this.draft.change(next);
  }

  move(spots: Layout): void {
    this.draft.change(moveSteps(this.draft.value, spots), `move ${Object.keys(spots).join(' ')}`);
  }

  /** Lays all steps out from left to right. */
  arrange(): void {
    this.change({ layout: arrangeSteps(this.draft.value.steps) });
  }

  copy(): void {
    const taken = copySteps(this.draft.value, this.selected);
    if (taken.steps.length > 0) copied.steps = taken;
  }

  paste(): void {
    if (copied.steps !== undefined) this.#paste(copied.steps);
  }

  /** Copies steps beside themselves. */
  duplicate(ids: readonly StepId[] = this.selected): void {
    const taken = copySteps(this.draft.value, ids);
    if (taken.steps.length > 0) this.#paste(taken);
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
  async save(): Promise<JourneySummary | undefined> {
    this.attempted = true;
    this.settle();
    const { value } = this.draft;
    if (this.gaps.length > 0) return undefined;
    return this.saving.run(async () => {
      const form = this.#close(value);
      const saved = await this.#engine.journeys.save({ connectionId: this.#connectionId, form });
      this.journeyId = saved.journey.id;
      this.draft.markSaved(value);
      return saved;
    });
  }

  /** Ends what is under way. */
  close(): void {
    this.draft.stop();
  }

  #paste(steps: NonNullable<typeof copied.steps>): void {
    const { draft, ids } = pasteSteps(this.draft.value, steps);
    this.draft.change(draft);
    this.selection.select(ids);
  }

  #close(draft: JourneyDraft): JourneyForm {
    return closeJourney(draft, this.journeyId, (id) => this.describe(id));
  }
}
