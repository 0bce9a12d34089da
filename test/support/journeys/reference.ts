import type { Channel } from '../../../electron/domain/destination.ts';
import { type Instant, subtractDuration } from '../../../electron/domain/duration.ts';
import { type JourneyVersion, type Step, isWait } from '../../../electron/domain/journey.ts';
import { MET, ONWARD, TIMEOUT } from '../../../electron/domain/journey-ways.ts';
import { Passage, type TickView, instant, stepOf } from './passage.ts';
import type { LogRow, ReferenceTables, SendRow, StateRow, TickRow } from './reference-rows.ts';
import type { Facts } from './world.ts';

/** One tick of one journey. `versions` are all that were published, in their order. */
export interface ReferenceTick {
  readonly journey: string;
  readonly number: number;
  readonly at: Instant;
  readonly versions: readonly JourneyVersion[];
  readonly facts: Facts;
  readonly channelOf: (destination: string) => Channel;
}

interface Held {
  readonly state: Map<string, StateRow>;
  readonly log: LogRow[];
}

/**
 * The journeys of a connection, customer by customer, written against the words of `electron/journeys/README.md` and nothing of
 * `electron/sql`. Slow and plain.
 */
export class Reference {
  readonly #journeys = new Map<string, Held>();
  readonly #sends: SendRow[] = [];
  readonly #ticks: TickRow[] = [];

  /** Lets one tick happen. */
  tick(request: ReferenceTick): void {
    const newest = request.versions.at(-1)?.definition;
    if (newest === undefined) throw new Error('no version is published');
    const tick: TickView = { ...request, newest, sendsBefore: [...this.#sends] };
    const { state } = this.#held(tick.journey);
    const before = [...state.values()];
    const passages = before.map((row) => {
      const passage = new Passage(tick, row);
      if (row.ended_at === null) lookAt(passage, tick);
      else passage.noteGoal();
      return passage;
    });
    for (const id of tick.facts.customers) {
      const last = before.find((row) => row.customer_id === id);
      if (mayEnter(id, last, tick)) passages.push(enter(id, last, tick));
    }
    this.#keep(tick, passages);
  }

  /** Lets everybody leave, as a tick of its own. */
  stop(request: Pick<ReferenceTick, 'journey' | 'number' | 'at'>): void {
    const { state } = this.#held(request.journey);
    const tick: TickView = {
      ...request,
      versions: [],
      newest: { steps: [], reentry: { kind: 'once' }, exits: [], suppress: [], caps: [] },
      sendsBefore: [],
      facts: { customers: new Set(), isMember: nobody, consents: nobody, happened: nobody },
      channelOf: () => 'file',
    };
    const open = [...state.values()].filter(({ ended_at: ended }) => ended === null);
    const passages = open.map((row) => new Passage(tick, row));
    for (const passage of passages) passage.leave('stopped');
    this.#keep(tick, passages);
  }

  /** What the tables hold now. */
  tables(journey: string): ReferenceTables {
    const { state, log } = this.#held(journey);
    return { state: [...state.values()], log, sends: this.#sends, ticks: this.#ticks };
  }

  #held(journey: string): Held {
    const held = this.#journeys.get(journey) ?? { state: new Map(), log: [] };
    this.#journeys.set(journey, held);
    return held;
  }

  #keep({ journey, number, at }: ReferenceTick, passages: readonly Passage[]): void {
    const { state, log } = this.#held(journey);
    for (const passage of passages) {
      log.push(...passage.log);
      this.#sends.push(...passage.sends);
      // A new entry comes after the old one, whose goal was noted.
      if (passage.log.length > 0) state.set(passage.row.customer_id, passage.row);
    }
    this.#ticks.push({ journey, tick: number, ticked_at: at });
  }
}

const nobody = (): boolean => false;

function lookAt(passage: Passage, tick: TickView): void {
  const { facts, newest, versions } = tick;
  // Noted first, whatever becomes of the entry; it keeps its own version until it moves.
  const isGoal = passage.noteGoal();
  const own = passage.row;
  const { customer_id: id } = own;
  if (!facts.customers.has(id)) {
    passage.leave('gone');
    return;
  }
  const over = versions.filter(({ inside }) => inside !== 'keep').at(-1);
  if (over !== undefined && own.version < over.number) {
    const step = over.definition.steps.find((each) => each.id === own.step);
    if (over.inside === 'leave' || step === undefined || !isWait(step)) {
      passage.leave(over.inside === 'leave' ? 'new-version' : 'step-removed');
      return;
    }
    passage.standAt(over.number, own.step);
  }
  if (newest.exits.some((audience) => facts.isMember(audience, id))) {
    passage.leave('exit');
    return;
  }
  if (isGoal && newest.goal?.leaves === true) {
    passage.leave('goal');
    return;
  }
  const step = stepOf(tick, passage.row.version, passage.row.step);
  const way = openWay(step, passage.row, tick);
  if (way !== undefined) passage.takeWay(step, way);
  // Who does not move keeps the version they were in.
  else passage.standAt(own.version, own.step);
}

/** The way that a wait step lets a customer take now; undefined where they stay. */
function openWay(
  step: Step,
  { customer_id: id, since, due_at: due }: StateRow,
  tick: TickView,
): string | undefined {
  const { at, facts } = tick;
  if (since === null || due === null) throw new Error('who waits has come, and has a limit');
  if (step.kind === 'wait') return due <= at ? ONWARD : undefined;
  if (step.kind !== 'wait-until') throw new Error(`nobody stands at ${step.kind}`);
  const { until } = step;
  const isMet =
    until.kind === 'audience'
      ? until.audience !== undefined && facts.isMember(until.audience, id)
      : facts.happened(until, id, since, at);
  if (isMet) return MET;
  return due <= at ? TIMEOUT : undefined;
}

function mayEnter(id: string, last: StateRow | undefined, { newest, facts, at }: TickView): boolean {
  const { startsAt, endsAt, exits, reentry } = newest;
  if (startsAt !== undefined && at < instant(startsAt)) return false;
  if (endsAt !== undefined && at >= instant(endsAt)) return false;
  const audience = entryOf(newest.steps).audience;
  if (audience === undefined || !facts.isMember(audience, id)) return false;
  if (exits.some((each) => facts.isMember(each, id))) return false;
  if (last === undefined) return true;
  if (last.ended_at === null || reentry.kind === 'once') return false;
  return last.entered_at <= subtractDuration(at, reentry.duration);
}

function enter(id: string, last: StateRow | undefined, tick: TickView): Passage {
  const step = entryOf(tick.newest.steps);
  const passage = new Passage(tick, {
    customer_id: id,
    entry: (last?.entry ?? 0) + 1,
    version: tick.versions.at(-1)?.number ?? 0,
    step: step.id,
    since: null,
    due_at: null,
    entered_at: tick.at,
    goal_at: null,
    ended_at: null,
    ended_why: null,
    tick: tick.number,
  });
  passage.takeWay(step, ONWARD);
  return passage;
}

function entryOf(steps: readonly Step[]): Extract<Step, { kind: 'entry' }> {
  const entry = steps.find((step) => step.kind === 'entry');
  if (entry === undefined) throw new Error('the journey has no entry');
  return entry;
}
