import type { Definitions } from '../domain/composition.ts';
import type { Channel } from '../domain/destination.ts';
import type { Instant } from '../domain/duration.ts';
import type { JourneyDefinition, StepId } from '../domain/journey.ts';
import { waysOf } from '../domain/journey-ways.ts';
import type { CompiledQuery, Dialect } from '../sql/index.ts';
import { compileBranches, compileEdgeCounts } from '../sql/journey-branches.ts';
import { JourneyFacts } from '../sql/journey-facts.ts';
import { JourneyGraph } from '../sql/journey-graph.ts';

/** What customers of now are dealt by. No state is looked at. */
export interface DealRequest {
  readonly definition: JourneyDefinition;
  readonly definitions: Definitions;
  readonly dialect: Dialect;
  readonly at: Instant;
  readonly asOf: Instant;
  readonly channelOf: (destinationId: string) => Channel;
}

/** How a draft deals the customers of now; `unknown` are the steps beyond a wait for an event. */
export interface DraftCounts {
  readonly asOf: Instant;
  readonly steps: { step: StepId; customers: number }[];
  readonly ways: { step: StepId; way: string; customers: number }[];
  readonly unknown: StepId[];
}

/** The statement that counts every step and way of a draft, and how its row is read. */
export function countDraft(request: DealRequest): {
  readonly query: CompiledQuery;
  readonly read: (row: readonly unknown[]) => DraftCounts;
} {
  const { definition, dialect, asOf } = request;
  const { graph, facts } = graphOf(request, true);
  const query = compileEdgeCounts(facts, graph, dialect);
  return {
    query,
    read(row) {
      const counts = graph.edges.map((edge, at) => ({ edge, customers: Number(row[at] ?? 0) }));
      const unknown = new Set<StepId>();
      for (const { step } of graph.places)
        if (step.kind === 'wait-until' && step.until.kind === 'event') follow(step.id, definition, unknown);
      const comingTo = (id: StepId): number =>
        counts.reduce((sum, { edge, customers }) => (edge.to?.step.id === id ? sum + customers : sum), 0);
      const entered = counts.find(({ edge }) => edge === graph.entering)?.customers ?? 0;
      return {
        asOf,
        steps: definition.steps.map(({ id, kind }) => ({
          step: id,
          customers: kind === 'entry' ? entered : comingTo(id),
        })),
        ways: counts.flatMap(({ edge, customers }) =>
          edge.from === undefined ? [] : [{ step: edge.from.step.id, way: edge.way, customers }],
        ),
        unknown: [...unknown],
      };
    },
  };
}

/** Everything that comes after a step. */
function follow(id: StepId, definition: JourneyDefinition, found: Set<StepId>): void {
  const step = definition.steps.find((each) => each.id === id);
  for (const { next } of step === undefined ? [] : waysOf(step)) {
    if (next === undefined || found.has(next)) continue;
    found.add(next);
    follow(next, definition, found);
  }
}

/** The statement of a journey without waits: each customer with the branch they are dealt to; those who pass one step where it is given. */
export function dealBranches(request: DealRequest, step?: StepId): CompiledQuery {
  const { graph, facts } = graphOf(request, false);
  const place = step === undefined ? undefined : graph.places.find((each) => each.step.id === step);
  return compileBranches(facts, graph, request.dialect, place);
}

function graphOf({ definition, definitions, dialect, at, asOf, channelOf }: DealRequest, preview: boolean) {
  const facts = new JourneyFacts();
  const graph = new JourneyGraph({
    versions: [{ number: 1, definition }],
    facts,
    at,
    channelOf,
    firstArrival: () => undefined,
    preview,
  });
  return { graph, facts: facts.compile(definitions, dialect, { asOf, at }) };
}
