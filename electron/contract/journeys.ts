import { z } from 'zod';
import { Instant } from '../domain/duration.ts';
import { InsideChoice, Journey, JourneyForm } from '../domain/journey.ts';
import { Problem } from '../domain/problem.ts';
import { DefinitionId } from '../domain/rule.ts';
import { Tick, TraceRow } from '../domain/tick.ts';
import { MOST_ROWS, SqlView, base, nothing, onConnection, withProgress } from './common.ts';

const onJourney = onConnection.extend({ journeyId: DefinitionId });

/** A saved journey in lists. `problems` are those of the draft. */
export const JourneySummary = z.object({
  journey: Journey,
  problems: z.array(Problem),
  /** True where the draft is not what was published last. */
  isChanged: z.boolean(),
  lastTick: Tick.optional(),
  /** When the schedule ticks it next. */
  nextTick: z.string().optional(),
});
export type JourneySummary = z.infer<typeof JourneySummary>;

/** Customers at a step or on one of its ways. */
const WayCount = z.object({ step: z.string(), way: z.string(), customers: z.number() });

/**
 * How a draft would deal the customers of now, waits passed over: those who come to each step, and those who go each way. What is beyond a wait
 * for an event cannot be told; such steps are `unknown`.
 */
export const JourneyCounts = z.object({
  asOf: Instant,
  steps: z.array(z.object({ step: z.string(), customers: z.number() })),
  ways: z.array(WayCount),
  unknown: z.array(z.string()),
});
export type JourneyCounts = z.infer<typeof JourneyCounts>;

/** What has happened in a journey since it began, over all its versions; steps of the same id count as one. */
export const JourneyResults = z.object({
  /** When the last tick looked; undefined where there was none. */
  asOf: Instant.optional(),
  entries: z.number(),
  customers: z.number(),
  inside: z.number(),
  goals: z.number(),
  steps: z.array(
    z.object({
      step: z.string(),
      inside: z.number(),
      sent: z.number(),
      notSent: z.array(z.object({ reason: z.string(), way: z.string().optional(), customers: z.number() })),
    }),
  ),
  /** Entries that took a way; `to` is absent where they ended there. */
  flows: z.array(
    z.object({ step: z.string(), way: z.string(), to: z.string().optional(), customers: z.number() }),
  ),
  left: z.array(z.object({ step: z.string(), reason: z.string(), customers: z.number() })),
});
export type JourneyResults = z.infer<typeof JourneyResults>;

/** What happened to one customer, the oldest first. Nothing of it is kept. */
export const Trace = z.object({ rows: z.array(TraceRow).max(MOST_ROWS), isComplete: z.boolean() });
export type Trace = z.infer<typeof Trace>;

/** How far a journey's tick is. */
export const TickProgress = z.object({ tick: Tick.nullable(), text: z.string().optional() });
export type TickProgress = z.infer<typeof TickProgress>;

/** What is asked of journeys. */
export const journeyContract = {
  journeys: {
    list: base.input(onConnection).output(z.array(JourneySummary)),
    get: base.input(onJourney).output(JourneySummary),
    /** Creates (without `id`) or changes a draft. Problems do not refuse it; errors refuse its publishing. @throws NAME_TAKEN, NOT_FOUND */
    save: base.input(onConnection.extend({ form: JourneyForm })).output(JourneySummary),
    duplicate: base.input(onJourney).output(JourneySummary),
    /** @throws IN_USE while it is live, paused or ticking */
    remove: base.input(onJourney).output(nothing),
    /** What keeps this draft from being published, and what to think about; paths begin with its keys. No query. */
    check: base
      .input(onConnection.extend({ form: JourneyForm }))
      .output(z.object({ problems: z.array(Problem) })),
    /** One query for all counts. @throws RULE_INVALID */
    counts: base.input(onConnection.extend({ form: JourneyForm })).output(JourneyCounts),
    /** The statement that deals customers to the branches. @throws RULE_INVALID */
    sql: base.input(onConnection.extend({ form: JourneyForm })).output(SqlView),
    /** Publishes the saved draft as a new version; the journey is live then. @throws RULE_INVALID, IN_USE while a tick is not over */
    publish: base.input(onJourney.extend({ inside: InsideChoice })).output(JourneySummary),
    pause: base.input(onJourney).output(JourneySummary),
    resume: base.input(onJourney).output(JourneySummary),
    /** Everybody inside leaves, now. @throws IN_USE while a tick is not over */
    stop: base.input(onJourney).output(withProgress(JourneySummary)),
    /** Starts a tick, or goes on with the one that is not over. It goes on in the engine; `progress` follows it. @throws RULE_INVALID, IN_USE */
    tick: base.input(onJourney).output(Tick),
    progress: base.input(onJourney).output(TickProgress),
    /** Ticks before a number, the newest first. */
    ticks: base
      .input(
        onJourney.extend({
          before: z.number().int().optional(),
          limit: z.number().int().min(1).max(MOST_ROWS).default(50),
        }),
      )
      .output(z.array(Tick)),
    /** What happened since the journey began, read from its tables. */
    results: base.input(onJourney).output(withProgress(JourneyResults)),
    /** What happened to a customer, by the exact id. */
    trace: base.input(onJourney.extend({ customerId: z.string().min(1).max(500) })).output(Trace),
    /** Takes the state table as it is for right, after it was changed by hand. */
    acceptState: base.input(onJourney).output(withProgress(nothing)),
  },
};
