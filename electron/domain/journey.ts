import { z } from 'zod';
import { Activation, Schedule } from './activation.ts';
import { Channel } from './destination.ts';
import { Duration, Instant } from './duration.ts';
import { DefinitionId, Filter } from './rule.ts';

/** An id of a step or branch, unique within its journey or step. It stands in statements as it is, so that its form is narrow. */
export const StepId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'An id is lower-case letters, digits and hyphens, 40 at most.');
export type StepId = z.infer<typeof StepId>;

/** The step that follows; where it is absent, nothing does yet. */
const next = StepId.optional();
const named = { id: StepId, name: z.string().trim().min(1).max(80).optional() };
const branchName = z.string().trim().min(1).max(80);

/** Whom the journey is for. There is one such step. */
export const EntryStep = z.strictObject({
  kind: z.literal('entry'),
  ...named,
  audience: DefinitionId.optional(),
  next,
});
export type EntryStep = z.infer<typeof EntryStep>;

/** Customers go by the first branch whose audience they are members of, in the order given; all others by `others`. */
export const AudienceSplit = z.strictObject({
  kind: z.literal('audience-split'),
  ...named,
  branches: z
    .array(z.strictObject({ id: StepId, name: branchName, audience: DefinitionId.optional(), next }))
    .min(1)
    .max(20),
  others: z.strictObject({ next }),
});
export type AudienceSplit = z.infer<typeof AudienceSplit>;

/**
 * Customers go by chance that stays the same: by the bucket of step and customer. `percent` is that of all who arrive, in hundredths of a
 * percent at the finest; without it in any branch, what `holdOut` leaves is split evenly. Whoever is held out ends here.
 */
export const RandomSplit = z.strictObject({
  kind: z.literal('random-split'),
  ...named,
  branches: z
    .array(
      z.strictObject({
        id: StepId,
        name: branchName,
        percent: z.number().min(0.01).max(100).optional(),
        next,
      }),
    )
    .min(1)
    .max(20),
  holdOut: z.number().min(0).max(99.99).default(0),
});
export type RandomSplit = z.infer<typeof RandomSplit>;

/** Customers stay for a duration, or until an instant that may have passed already. */
export const WaitStep = z.strictObject({
  kind: z.literal('wait'),
  ...named,
  wait: z.union([z.strictObject({ for: Duration }), z.strictObject({ until: Instant })]),
  next,
});
export type WaitStep = z.infer<typeof WaitStep>;

/**
 * What is waited for: membership of an audience, or a row of a related entity that meets the filters and whose time lies after the arrival
 * at the step.
 */
export const AwaitedThing = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('audience'), audience: DefinitionId.optional() }),
  z.strictObject({ kind: z.literal('event'), entity: DefinitionId, where: z.array(Filter).default([]) }),
]);
export type AwaitedThing = z.infer<typeof AwaitedThing>;

/** Customers stay until something is met, `limit` long at most. */
export const WaitUntilStep = z.strictObject({
  kind: z.literal('wait-until'),
  ...named,
  until: AwaitedThing,
  limit: Duration,
  met: z.strictObject({ next }),
  timeout: z.strictObject({ next }),
});
export type WaitUntilStep = z.infer<typeof WaitUntilStep>;

/** An activation as a step holds it: those who pass are its members, at the tick that brings them. */
export const StepActivation = Activation.omit({ id: true, name: true, audience: true, schedule: true });
export type StepActivation = z.infer<typeof StepActivation>;

/** Customers are sent to a destination and go on; without `next` their journey ends. */
export const ActivateStep = z.strictObject({
  kind: z.literal('activate'),
  ...named,
  activation: StepActivation.optional(),
  next,
});
export type ActivateStep = z.infer<typeof ActivateStep>;

export const ExitStep = z.strictObject({ kind: z.literal('exit'), ...named });
export type ExitStep = z.infer<typeof ExitStep>;

export const Step = z.discriminatedUnion('kind', [
  EntryStep,
  AudienceSplit,
  RandomSplit,
  WaitStep,
  WaitUntilStep,
  ActivateStep,
  ExitStep,
]);
export type Step = z.infer<typeof Step>;
export type StepKind = Step['kind'];

/** Whether a customer may enter again, counted from the last entry; never while still inside. */
export const Reentry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('once') }),
  z.strictObject({ kind: z.literal('after'), duration: Duration }),
]);
export type Reentry = z.infer<typeof Reentry>;

/** What the journey is to bring about: membership of an audience, at a tick after the entry and within a time from it. */
export const Goal = z.strictObject({
  audience: DefinitionId.optional(),
  within: Duration,
  /** True where whoever reaches it leaves the journey. */
  leaves: z.boolean().default(false),
});
export type Goal = z.infer<typeof Goal>;

/** The most sends in a channel within a duration, counted over all journeys of the connection. */
export const FrequencyCap = z.strictObject({
  channel: Channel,
  sends: z.int().min(1).max(1_000),
  per: Duration,
});
export type FrequencyCap = z.infer<typeof FrequencyCap>;

/** What a published version fixes: the steps, and the rules for everybody inside. */
export const JourneyDefinition = z.strictObject({
  steps: z.array(Step).min(1).max(200),
  reentry: Reentry.default({ kind: 'once' }),
  /** Members of any of these leave at the next tick, and do not enter. */
  exits: z.array(DefinitionId).default([]),
  /** Members of any of these travel on but are sent nothing. */
  suppress: z.array(DefinitionId).default([]),
  goal: Goal.optional(),
  caps: z.array(FrequencyCap).max(20).default([]),
  startsAt: Instant.optional(),
  /** From then on nobody enters; who is inside goes on to the end. */
  endsAt: Instant.optional(),
});
export type JourneyDefinition = z.infer<typeof JourneyDefinition>;

/** Where steps stand on the canvas, by their ids, in pixels. It means nothing to a run. */
export const Layout = z.record(StepId, z.strictObject({ x: z.number(), y: z.number() }));
export type Layout = z.infer<typeof Layout>;

/**
 * What becomes of customers inside when a version is published: they `keep` to the version they are in, `move` to the same step of the new
 * one (and leave where it has none), or `leave`.
 */
export const InsideChoice = z.enum(['keep', 'move', 'leave']);
export type InsideChoice = z.infer<typeof InsideChoice>;

/** A published version. It is never changed. */
export const JourneyVersion = z.strictObject({
  number: z.int().min(1),
  publishedAt: Instant,
  inside: InsideChoice,
  definition: JourneyDefinition,
  /** Digests of the audiences it uses as they were when it was published, by their ids. */
  audiences: z.record(DefinitionId, z.string()),
});
export type JourneyVersion = z.infer<typeof JourneyVersion>;

/** `paused`: no ticks; waits go on counting. `stopped`: everybody left, and it ticks again only once a version is published. */
export const JourneyStatus = z.enum(['draft', 'live', 'paused', 'stopped']);
export type JourneyStatus = z.infer<typeof JourneyStatus>;

/** A journey: its draft, which is edited, and the versions that were published. It belongs to the model of its audiences. */
export const Journey = z.strictObject({
  id: DefinitionId,
  name: z.string().trim().min(1).max(120),
  description: z.string().max(2_000).optional(),
  ...JourneyDefinition.shape,
  layout: Layout.default({}),
  /** When it ticks by itself, while the app or `slipway serve` is running. */
  schedule: Schedule.optional(),
  status: JourneyStatus.default('draft'),
  versions: z.array(JourneyVersion).default([]),
});
export type Journey = z.infer<typeof Journey>;

/** A journey as an editor holds it; without `id` it is a new one. */
export const JourneyForm = Journey.omit({ status: true, versions: true }).partial({ id: true });
export type JourneyForm = z.infer<typeof JourneyForm>;

/** The step of a published version; undefined where there is none. */
export function findPublishedStep(
  { versions }: Pick<Journey, 'versions'>,
  version: number,
  step: StepId,
): Step | undefined {
  return versions.find(({ number }) => number === version)?.definition.steps.find(({ id }) => id === step);
}

/** The definition of a draft, as it would be published. */
export function definitionOf(draft: JourneyDefinition): JourneyDefinition {
  // Unlike the schema itself this leaves out what a draft has beside.
  return z.object(JourneyDefinition.shape).parse(draft);
}

/** True where customers can stay at a step between ticks. */
export function isWait(step: Step): step is WaitStep | WaitUntilStep {
  return step.kind === 'wait' || step.kind === 'wait-until';
}

/** True where a journey has to remember its customers: it waits. */
export function needsState({ steps }: Pick<JourneyDefinition, 'steps'>): boolean {
  return steps.some(isWait);
}
