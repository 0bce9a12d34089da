import type { Channel } from '../domain/destination.ts';
import { type Instant, addDuration } from '../domain/duration.ts';
import {
  type JourneyDefinition,
  type JourneyVersion,
  type Step,
  type StepId,
  type WaitStep,
  type WaitUntilStep,
  isWait,
} from '../domain/journey.ts';
import { HELD_OUT, MET, ONWARD, OTHERS, TIMEOUT, waysOf } from '../domain/journey-ways.ts';
import { bucketRanges } from '../domain/random-buckets.ts';
import type { EndReason } from '../domain/tick.ts';
import type { JourneyFacts } from './journey-facts.ts';

/** When a way is taken. `bucket`: the step's bucket lies below, those of the ways before excluded. `due`: the entry's time limit has come. */
export type WayTest =
  | { readonly kind: 'always' }
  | { readonly kind: 'fact'; readonly index: number }
  | { readonly kind: 'bucket'; readonly below: number }
  | { readonly kind: 'event'; readonly column: string }
  | { readonly kind: 'due' };

/** A version's step. */
export interface Place {
  /** From 0 in the graph. */
  readonly index: number;
  readonly version: number;
  readonly step: Step;
}

/** One way out of a place, or one reason to leave (`from` is absent then). A number names it in the statements of a tick. */
export interface Edge {
  readonly number: number;
  readonly from: Place | undefined;
  readonly way: string;
  readonly to: Place | undefined;
  /** Why the entry ends by this edge; undefined where it leads on. */
  readonly ends: EndReason | undefined;
}

/** A decision at a place: the first way whose test holds; none where the customer stays. */
export type Decision = readonly { readonly test: WayTest; readonly edge: Edge }[];

/** A send that a tick may make at an activate step. */
export interface SendPoint {
  readonly edge: Edge;
  readonly place: Place;
  readonly channel: Channel;
  /** The fact that the customer agreed. */
  readonly consent: number | undefined;
}

/** Later branches of a split that a customer may lose by priority. */
export interface LostBranch {
  readonly edge: Edge;
  readonly way: string;
  readonly fact: number;
}

/** What a graph is made for. `preview`: everybody enters now and waits are passed over. */
export interface GraphRequest {
  readonly versions: readonly Pick<JourneyVersion, 'number' | 'definition'>[];
  readonly facts: JourneyFacts;
  readonly at: Instant;
  readonly channelOf: (destinationId: string) => Channel;
  /** When the first of those who wait arrived at a step. */
  readonly firstArrival: (version: number, step: StepId) => Instant | undefined;
  readonly preview?: boolean;
}

const ALWAYS: WayTest = { kind: 'always' };

/** Reasons to leave that lie in no step. */
const LEAVING = [
  'gone',
  'new-version',
  'step-removed',
  'exit',
  'goal',
] as const satisfies readonly EndReason[];
type LeavingReason = (typeof LEAVING)[number];

/** A journey's versions as one graph of numbered places and edges: plain data that the statements of a tick are written from. */
export class JourneyGraph {
  readonly places: readonly Place[];
  readonly edges: Edge[] = [];
  readonly newest: JourneyDefinition;
  /** The edge of whoever enters. */
  readonly entering: Edge;
  /** The fact of the entry's audience; those of whoever leaves, is sent nothing, or reached the goal. */
  readonly entry: number;
  readonly exits: readonly number[];
  readonly suppress: readonly number[];
  readonly goal: number | undefined;
  readonly sends: SendPoint[] = [];
  readonly lost: LostBranch[] = [];
  readonly #request: GraphRequest;
  readonly #arrivals = new Map<Place, Decision>();
  readonly #departures = new Map<Place, Decision>();
  readonly #leaving = new Map<LeavingReason, Edge>();

  constructor(request: GraphRequest) {
    this.#request = request;
    const { versions, facts } = request;
    let index = 0;
    this.places = versions.flatMap(({ number, definition }) =>
      definition.steps.map((step) => ({ index: index++, version: number, step })),
    );
    const newest = versions.at(-1);
    if (newest === undefined) throw new RangeError('A graph needs a version.');
    this.newest = newest.definition;
    // All of them at once and first: the statements that keep a tick number the edges as those did that found its moves.
    for (const reason of LEAVING)
      this.#leaving.set(reason, this.#edge({ from: undefined, way: reason, to: undefined, ends: reason }));
    for (const place of this.places) this.#arrivals.set(place, this.#decide(place));
    if (request.preview !== true)
      for (const place of this.places)
        if (isWait(place.step)) this.#departures.set(place, this.#depart(place, place.step));
    const start = this.places.find(({ version, step }) => version === newest.number && step.kind === 'entry');
    const [entering] = start === undefined ? [] : this.arrival(start);
    if (start?.step.kind !== 'entry' || entering === undefined)
      throw new RangeError('A journey needs an entry.');
    this.entering = entering.edge;
    this.entry = facts.audience(start.step.audience ?? '');
    this.exits = this.newest.exits.map((id) => facts.audience(id));
    this.suppress = this.newest.suppress.map((id) => facts.audience(id));
    const goal = this.newest.goal?.audience;
    this.goal = goal === undefined ? undefined : facts.audience(goal);
  }

  /** What decides over whoever comes to a place. */
  arrival(place: Place): Decision {
    return this.#arrivals.get(place) ?? [];
  }

  /** What decides over whoever has stood at a wait since an earlier tick. */
  departure(place: Place): Decision {
    return this.#departures.get(place) ?? [];
  }

  find(version: number, step: StepId): Place | undefined {
    return this.places.find((place) => place.version === version && place.step.id === step);
  }

  /** The edge of leaving for a reason that lies in no step. */
  leaving(reason: LeavingReason): Edge {
    const edge = this.#leaving.get(reason);
    if (edge === undefined) throw new RangeError(`Nobody leaves for ${reason}.`);
    return edge;
  }

  /** Until when whoever arrives at a wait at this tick stays at most. */
  dueAt({ step }: Place): Instant | undefined {
    if (step.kind === 'wait-until') return addDuration(this.#request.at, step.limit);
    if (step.kind !== 'wait') return undefined;
    return 'for' in step.wait ? addDuration(this.#request.at, step.wait.for) : step.wait.until;
  }

  #decide(place: Place): Decision {
    const { step } = place;
    switch (step.kind) {
      case 'entry':
        return [{ test: ALWAYS, edge: this.#way(place, ONWARD) }];
      case 'exit':
        return [{ test: ALWAYS, edge: this.#end(place, 'end') }];
      case 'activate':
        return [{ test: ALWAYS, edge: this.#activate(place, step) }];
      case 'audience-split':
        return this.#split(place, step);
      case 'random-split':
        return bucketRanges(step).map(({ key, below }) => ({
          test: { kind: 'bucket', below },
          edge: key === HELD_OUT ? this.#end(place, 'held-out') : this.#way(place, key),
        }));
      case 'wait':
        return this.#passesWait(step) ? [{ test: ALWAYS, edge: this.#way(place, ONWARD) }] : [];
      case 'wait-until': {
        const { preview } = this.#request;
        if (step.until.kind === 'event') return [];
        const index = this.#request.facts.audience(step.until.audience ?? '');
        const met = { test: { kind: 'fact', index } as const, edge: this.#way(place, MET) };
        return preview === true ? [met, { test: ALWAYS, edge: this.#way(place, TIMEOUT) }] : [met];
      }
    }
  }

  #passesWait({ wait }: WaitStep): boolean {
    return this.#request.preview === true || ('until' in wait && wait.until <= this.#request.at);
  }

  #depart(place: Place, step: WaitStep | WaitUntilStep): Decision {
    const due: WayTest = { kind: 'due' };
    if (step.kind === 'wait') return [{ test: due, edge: this.#way(place, ONWARD) }];
    const { facts, firstArrival } = this.#request;
    const { until } = step;
    const met: WayTest =
      until.kind === 'audience'
        ? { kind: 'fact', index: facts.audience(until.audience ?? '') }
        : { kind: 'event', column: facts.event(until, firstArrival(place.version, step.id)) };
    return [
      { test: met, edge: this.#way(place, MET) },
      { test: due, edge: this.#way(place, TIMEOUT) },
    ];
  }

  #split(place: Place, step: Extract<Step, { kind: 'audience-split' }>): Decision {
    const branches = step.branches.map(({ id, audience }) => ({
      index: this.#request.facts.audience(audience ?? ''),
      edge: this.#way(place, `b-${id}`),
    }));
    for (const [at, { edge }] of branches.entries())
      for (const later of branches.slice(at + 1))
        this.lost.push({ edge, way: later.edge.way, fact: later.index });
    return [
      ...branches.map(({ index, edge }) => ({ test: { kind: 'fact', index } as const, edge })),
      { test: ALWAYS, edge: this.#way(place, OTHERS) },
    ];
  }

  #activate(place: Place, step: Extract<Step, { kind: 'activate' }>): Edge {
    const edge = step.next === undefined ? this.#end(place, 'end') : this.#way(place, ONWARD);
    const { activation } = step;
    if (activation !== undefined) {
      const { facts, channelOf } = this.#request;
      const consent = activation.consent === undefined ? undefined : facts.consent(activation.consent);
      this.sends.push({ edge, place, channel: channelOf(activation.destination), consent });
    }
    return edge;
  }

  #way(place: Place, key: string): Edge {
    const known = this.edges.find((each) => each.from === place && each.way === key);
    if (known !== undefined) return known;
    const next = waysOf(place.step).find((way) => way.key === key)?.next;
    const to = next === undefined ? undefined : this.find(place.version, next);
    return this.#edge({ from: place, way: key, to, ends: to === undefined ? 'end' : undefined });
  }

  #end(place: Place, reason: 'end' | 'held-out'): Edge {
    return this.#edge({ from: place, way: reason, to: undefined, ends: reason });
  }

  #edge(edge: Omit<Edge, 'number'>): Edge {
    const made = { number: this.edges.length + 1, ...edge };
    this.edges.push(made);
    return made;
  }
}

/** The versions that somebody may be in, the newest last, and what becomes of those in an older one. */
export interface VersionsInPlay {
  readonly versions: readonly JourneyVersion[];
  /** The newest version that was published with another choice than to keep; entries of versions before it move there or leave. */
  readonly floor: JourneyVersion | undefined;
}

/** Which of all published versions, in their order, are still in play. */
export function versionsInPlay(published: readonly JourneyVersion[]): VersionsInPlay {
  const floor = published.findLast(({ inside }, at) => inside !== 'keep' && at > 0);
  const versions = floor === undefined ? published : published.filter(({ number }) => number >= floor.number);
  return { versions, floor };
}
