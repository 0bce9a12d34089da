import { makeId } from '../../../electron/domain/audience.ts';
import type { Layout, Step, StepId, StepKind } from '../../../electron/domain/journey.ts';
import { waysOf, withWay } from '../../../electron/domain/journey-ways.ts';
import type { DeliveryDraft } from '../../ui/delivery/delivery-draft.ts';
import type { JourneyDraft } from './journey-draft.ts';

/** A place on the canvas, in pixels. */
export type Spot = Layout[string];

/** A way by the step it leaves and its key there. */
export interface WayRef {
  readonly step: StepId;
  readonly way: string;
}

/** How far apart steps stand on the canvas, in pixels. */
export const GAP = { x: 320, y: 150 };

/** Steps that were copied, with all that belongs to them. */
export interface CopiedSteps {
  readonly steps: readonly Step[];
  readonly layout: Layout;
  readonly deliveries: Readonly<Record<StepId, DeliveryDraft>>;
}

type Part = Pick<JourneyDraft, 'steps'>;

/** The kinds that can be added: there is one entry, and it cannot be copied. */
export const ADDED_KINDS: readonly StepKind[] = [
  'audience-split',
  'random-split',
  'wait',
  'wait-until',
  'activate',
  'exit',
];

/** A new step of a kind. `entity` is what a wait for an event starts from. */
export function startStep(kind: StepKind, id: StepId): Step {
  switch (kind) {
    case 'entry':
    case 'activate':
    case 'exit':
      return { kind, id };
    case 'audience-split':
      return { kind, id, branches: [{ id: 'branch-1', name: 'Branch 1' }], others: {} };
    case 'random-split':
      return {
        kind,
        id,
        branches: [
          { id: 'branch-1', name: 'Branch 1' },
          { id: 'branch-2', name: 'Branch 2' },
        ],
        holdOut: 0,
      };
    case 'wait':
      return { kind, id, wait: { for: { amount: 7, unit: 'days' } } };
    case 'wait-until':
      return {
        kind,
        id,
        until: { kind: 'audience' },
        limit: { amount: 7, unit: 'days' },
        met: {},
        timeout: {},
      };
  }
}

/** A free id for a step of a kind: `activate-2`. */
export function freeStepId({ steps }: Part, kind: StepKind): StepId {
  const taken = new Set(steps.map(({ id }) => id));
  for (let count = 1; ; count += 1) {
    const id = `${kind}-${count}`;
    if (!taken.has(id)) return id;
  }
}

/** A free id for a branch, made from its name; 40 characters at most, as ids of steps are. */
export function freeBranchId(name: string, taken: readonly string[]): string {
  return makeId(name.slice(0, 32), new Set(taken));
}

/** The step of an id. */
export function findStep({ steps }: Part, id: StepId): Step | undefined {
  return steps.find((each) => each.id === id);
}

/** The journey with a step in the place of that of the same id. */
export function withStep<T extends Part>(draft: T, step: Step): T {
  return { ...draft, steps: draft.steps.map((each) => (each.id === step.id ? step : each)) };
}

/** Leads a way to a step, or nowhere. */
export function connect<T extends Part>(draft: T, { step: id, way }: WayRef, to: StepId | undefined): T {
  const step = findStep(draft, id);
  return step === undefined ? draft : withStep(draft, withWay(step, way, to));
}

/** Where a step that follows a way is to stand: right of the step, below the ways before, and on no other step. */
export function spotAfter({ steps, layout }: JourneyDraft, { step: id, way }: WayRef): Spot {
  const step = findStep({ steps }, id);
  const own = layout[id] ?? { x: 0, y: 0 };
  const ways = step === undefined ? [] : waysOf(step);
  const at = ways.findIndex((each) => each.key === way);
  const y = own.y + (Math.max(at, 0) - (ways.length - 1) / 2) * GAP.y;
  return freeSpot(layout, { x: own.x + GAP.x, y });
}

/** The spot, or the first below it that no step covers. */
export function freeSpot(layout: Layout, spot: Spot): Spot {
  const isTaken = ({ x, y }: Spot): boolean =>
    Object.values(layout).some(
      (each) => Math.abs(each.x - x) < GAP.x * 0.8 && Math.abs(each.y - y) < GAP.y * 0.8,
    );
  let free = spot;
  while (isTaken(free)) free = { x: free.x, y: free.y + GAP.y };
  return { x: Math.round(free.x), y: Math.round(free.y) };
}

/** Adds a step at a spot; with `from`, that way leads to it, and it leads on by its first way to where the way led before. */
export function addStep(
  draft: JourneyDraft,
  kind: StepKind,
  place: { readonly spot?: Spot | undefined; readonly from?: WayRef | undefined },
): { readonly draft: JourneyDraft; readonly id: StepId } {
  const { from } = place;
  const id = freeStepId(draft, kind);
  const before = from === undefined ? undefined : findStep(draft, from.step);
  const led = before === undefined ? undefined : waysOf(before).find(({ key }) => key === from?.way)?.next;
  const fresh = startStep(kind, id);
  const [first] = waysOf(fresh);
  const step = led === undefined || first === undefined ? fresh : withWay(fresh, first.key, led);
  const spot =
    place.spot ?? (from === undefined ? freeSpot(draft.layout, { x: 0, y: 0 }) : spotAfter(draft, from));
  const added = { ...draft, steps: [...draft.steps, step], layout: { ...draft.layout, [id]: spot } };
  return { draft: from === undefined ? added : connect(added, from, id), id };
}

/** Removes steps, and leads the ways to them nowhere. The entry stays. */
export function removeSteps(draft: JourneyDraft, ids: readonly StepId[]): JourneyDraft {
  const gone = new Set(ids.filter((id) => findStep(draft, id)?.kind !== 'entry'));
  if (gone.size === 0) return draft;
  const steps = draft.steps
    .filter(({ id }) => !gone.has(id))
    .map((step) =>
      waysOf(step).reduce(
        (led, { key, next }) => (next !== undefined && gone.has(next) ? withWay(led, key, undefined) : led),
        step,
      ),
    );
  return {
    ...draft,
    steps,
    layout: omitAll(draft.layout, gone),
    deliveries: omitAll(draft.deliveries, gone),
  };
}

function omitAll<V>(record: Readonly<Record<string, V>>, gone: ReadonlySet<string>): Record<string, V> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !gone.has(key)));
}

/** Copies steps with what they send and the ways between them. The entry is left out. */
export function copySteps(draft: JourneyDraft, ids: readonly StepId[]): CopiedSteps {
  const steps = draft.steps.filter(({ id, kind }) => ids.includes(id) && kind !== 'entry');
  const copied = new Set(steps.map(({ id }) => id));
  const rest = new Set(draft.steps.map(({ id }) => id).filter((id) => !copied.has(id)));
  return {
    steps,
    layout: omitAll(draft.layout, rest),
    deliveries: omitAll(draft.deliveries, rest),
  };
}

/** How far a pasted step stands from the copied one, in pixels. */
const SHIFT = 48;

/** Adds copies with new ids. Ways among them are kept, all others lead nowhere. */
export function pasteSteps(
  draft: JourneyDraft,
  copied: CopiedSteps,
): { readonly draft: JourneyDraft; readonly ids: readonly StepId[] } {
  const ids = new Map<StepId, StepId>();
  let next = draft;
  for (const step of copied.steps) {
    const id = freeStepId(next, step.kind);
    ids.set(step.id, id);
    const spot = copied.layout[step.id] ?? { x: 0, y: 0 };
    const delivery = copied.deliveries[step.id];
    next = {
      ...next,
      steps: [...next.steps, { ...step, id }],
      layout: { ...next.layout, [id]: shiftSpot(next.layout, spot) },
      deliveries: delivery === undefined ? next.deliveries : { ...next.deliveries, [id]: delivery },
    };
  }
  const pasted = new Set(ids.values());
  const steps = next.steps.map((step) => (pasted.has(step.id) ? leadAmong(step, ids) : step));
  return { draft: { ...next, steps }, ids: [...pasted] };
}

function leadAmong(step: Step, ids: ReadonlyMap<StepId, StepId>): Step {
  return waysOf(step).reduce(
    (led, { key, next }) => withWay(led, key, next === undefined ? undefined : ids.get(next)),
    step,
  );
}

function shiftSpot(layout: Layout, { x, y }: Spot): Spot {
  let spot = { x: x + SHIFT, y: y + SHIFT };
  const isTaken = (): boolean => Object.values(layout).some((each) => each.x === spot.x && each.y === spot.y);
  while (isTaken()) spot = { x: spot.x + SHIFT, y: spot.y + SHIFT };
  return spot;
}

/** The journey with steps at other spots. */
export function moveSteps(draft: JourneyDraft, spots: Layout): JourneyDraft {
  return { ...draft, layout: { ...draft.layout, ...spots } };
}
