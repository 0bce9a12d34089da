import type { DestinationKindView, DestinationView } from '../../../electron/contract/contract.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import type { Journey, JourneyForm, Step, StepId } from '../../../electron/domain/journey.ts';
import { errorAt, type Problem } from '../../../electron/domain/problem.ts';
import { Filter as FilterShape, type Filter } from '../../../electron/domain/rule.ts';
import {
  closeDelivery,
  findDeliveryGaps,
  openDelivery,
  type DeliveryDraft,
} from '../../ui/delivery/delivery-draft.ts';
import { findKind, usableMode } from '../../ui/delivery/destination-kind.ts';
import { nameStep } from '../../text/journey-words.ts';
import { arrangeSteps } from './arrange-steps.ts';

/**
 * A journey as it is edited. What its activate steps send stands beside them in `deliveries`, by their ids, since it can be incomplete; their
 * own `activation` is not used.
 */
export interface JourneyDraft extends Omit<JourneyForm, 'id'> {
  readonly deliveries: Readonly<Record<StepId, DeliveryDraft>>;
}

/** Where the first step of a new journey stands. */
const START = { x: 0, y: 0 };

/** What the engine takes in place of a name that is not written yet. */
const UNNAMED = 'New journey';

/** A saved journey made ready for the editor; without one, a new one with its entry. */
export function openJourney(journey: Journey | undefined): JourneyDraft {
  if (journey === undefined) {
    return {
      name: '',
      steps: [{ kind: 'entry', id: 'entry' }],
      layout: { entry: START },
      reentry: { kind: 'once' },
      exits: [],
      suppress: [],
      caps: [],
      deliveries: {},
    };
  }
  const { id: _id, status: _status, versions: _versions, steps, ...rest } = journey;
  return {
    ...rest,
    // What was written by hand has no spots: it is laid out.
    layout: { ...arrangeSteps(steps), ...rest.layout },
    steps: steps.map(withoutActivation),
    deliveries: Object.fromEntries(
      steps.flatMap((step) =>
        step.kind === 'activate' && step.activation !== undefined
          ? [[step.id, openDelivery(step.activation)]]
          : [],
      ),
    ),
  };
}

function withoutActivation(step: Step): Step {
  if (step.kind !== 'activate') return step;
  const { activation: _activation, ...rest } = step;
  return rest;
}

/** What is known of the destination of an activate step: its kind as described under the target, with the modes a step can use. */
export interface StepDelivery {
  readonly kind: DestinationKindView | undefined;
  readonly mode: ActivationMode | undefined;
}

/** What of a destination a step can use: mirror and replace would take those of a tick for all there are; files are new ones each time. */
export function stepModes({ modes, by }: DestinationKindView): ActivationMode[] {
  return modes.filter((mode) => mode !== 'mirror' && (mode !== 'replace' || by === 'files'));
}

/** The kind of a delivery's destination with the modes that a step offers, and the mode it has. */
export function describeStepDelivery(
  delivery: DeliveryDraft | undefined,
  destinations: readonly DestinationView[],
  kinds: readonly DestinationKindView[],
  described: DestinationKindView | undefined,
): StepDelivery {
  const known = findKind(delivery?.destination, { destinations, kinds }, described);
  if (delivery === undefined || known === undefined) return { kind: undefined, mode: undefined };
  const kind = { ...known, modes: stepModes(known) };
  return { kind, mode: usableMode(delivery.mode, kind.modes, false) };
}

/** The journey as the engine takes it. Missing names are filled in, and activations that are not complete left out. */
export function closeJourney(
  draft: JourneyDraft,
  id: string | undefined,
  describe: (stepId: StepId) => StepDelivery,
): JourneyForm {
  const { deliveries, steps, name, ...rest } = draft;
  return {
    ...rest,
    ...(id === undefined ? {} : { id }),
    name: name.trim() === '' ? UNNAMED : name.trim(),
    steps: steps.map((step) => closeName(closeStep(step, deliveries, describe))),
  };
}

function closeStep(
  step: Step,
  deliveries: JourneyDraft['deliveries'],
  describe: (stepId: StepId) => StepDelivery,
): Step {
  switch (step.kind) {
    case 'activate': {
      const delivery = deliveries[step.id];
      if (delivery === undefined) return step;
      const { kind, mode } = describe(step.id);
      // A destination that is gone keeps what was written for it.
      const given =
        kind === undefined ? { mode: delivery.mode, specs: undefined } : { mode, specs: kind.target };
      const activation = closeDelivery(delivery, given);
      return activation === undefined ? step : { ...step, activation };
    }
    case 'audience-split':
      return { ...step, branches: step.branches.map(nameBranch) };
    case 'random-split':
      return { ...step, branches: step.branches.map(nameBranch) };
    case 'wait-until':
      return step.until.kind === 'audience'
        ? step
        : { ...step, until: { ...step.until, where: step.until.where.filter(isComplete) } };
    case 'entry':
    case 'wait':
    case 'exit':
      return step;
  }
}

/** True where the engine takes a filter as it is written so far. */
function isComplete(filter: Filter): boolean {
  return FilterShape.safeParse(filter).success;
}

function closeName(step: Step): Step {
  if (step.name === undefined || step.name.trim() !== '') return step;
  const { name: _blank, ...rest } = step;
  return rest;
}

function nameBranch<B extends { readonly name: string }>(branch: B, at: number): B {
  return branch.name.trim() === '' ? { ...branch, name: `Branch ${at + 1}` } : branch;
}

/** What is not written yet, found without the engine. `where` as in the saved form. */
export function findJourneyGaps(draft: JourneyDraft, describe: (stepId: StepId) => StepDelivery): Problem[] {
  const name =
    draft.name.trim() === '' ? [errorAt('name', 'The journey has no name.', 'Enter one at the top.')] : [];
  return [...name, ...draft.steps.flatMap((step, at) => findStepGaps(draft, step, at, describe))];
}

function findStepGaps(
  { deliveries }: JourneyDraft,
  step: Step,
  at: number,
  describe: (stepId: StepId) => StepDelivery,
): Problem[] {
  const where = `steps[${at}]`;
  if (step.kind === 'audience-split' || step.kind === 'random-split') {
    return step.branches.flatMap((branch, index) =>
      branch.name.trim() === ''
        ? [
            errorAt(
              `${where}.branches[${index}].name`,
              `A branch of “${nameStep(step)}” has no name.`,
              'Enter its name.',
            ),
          ]
        : [],
    );
  }
  if (step.kind === 'wait-until' && step.until.kind === 'event') {
    return step.until.where.flatMap((filter, index) =>
      isComplete(filter)
        ? []
        : [
            errorAt(
              `${where}.until.where[${index}]`,
              'A filter is not complete.',
              'Choose its attribute and its value, or remove it.',
            ),
          ],
    );
  }
  const delivery = step.kind === 'activate' ? deliveries[step.id] : undefined;
  if (delivery === undefined) return [];
  const { kind, mode } = describe(step.id);
  const gaps = findDeliveryGaps(delivery, kind);
  if (kind !== undefined && mode === undefined)
    gaps.push(
      errorAt(
        'mode',
        'A step cannot replace what is at the destination: those of one tick would take the place of those before.',
        'Choose another act of the destination, or another destination.',
      ),
    );
  return gaps.map((gap) => ({ ...gap, where: `${where}.activation.${gap.where}` }));
}
