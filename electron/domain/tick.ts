import { z } from 'zod';
import { AppErrorShape } from './app-error.ts';
import { Channel } from './destination.ts';
import { Instant } from './duration.ts';
import { StepId } from './journey.ts';
import { ActivationRun } from './run.ts';

/** Why an entry of a customer ended. */
export const EndReason = z.enum([
  'end',
  'held-out',
  'exit',
  'goal',
  'gone',
  'new-version',
  'step-removed',
  'stopped',
]);
export type EndReason = z.infer<typeof EndReason>;

/** Why a customer was not sent something. `priority` stands at the branch of a split that another one came before; `rejected` came from the run. */
export const NotSentReason = z.enum([
  'held-out',
  'suppressed',
  'no-consent',
  'capped',
  'priority',
  'rejected',
]);
export type NotSentReason = z.infer<typeof NotSentReason>;

export const LogKind = z.enum(['entered', 'passed', 'sent', 'not-sent', 'goal', 'left']);
export type LogKind = z.infer<typeof LogKind>;

/** How many customers something happened to at one place. */
export const TickCount = z.object({
  kind: LogKind,
  version: z.number().int(),
  step: StepId,
  /** The way they took, or the branch that they lost. */
  way: z.string().optional(),
  reason: z.string().optional(),
  customers: z.number(),
});
export type TickCount = z.infer<typeof TickCount>;

/** What a tick sends by one activate step. */
export const TickSend = z.object({
  version: z.number().int(),
  step: StepId,
  stepName: z.string(),
  channel: Channel,
  customers: z.number(),
  runId: z.string(),
});
export type TickSend = z.infer<typeof TickSend>;

/**
 * One tick of a journey, as it stays in the ledger: counts and runs, never a customer. `waiting`: a run of it waits for a person. `failed` and
 * `interrupted`: it goes on with the next tick.
 */
export const Tick = z.object({
  id: z.string(),
  connectionId: z.string(),
  journeyId: z.string(),
  journeyName: z.string(),
  /** From 1 in its journey. */
  number: z.number().int(),
  /** The instant that waits, caps and entries are counted from. */
  at: Instant,
  /** The instant that audiences are counted from: `at`, but where the data stands still. */
  asOf: Instant,
  startedBy: z.string(),
  startedFrom: ActivationRun.shape.startedFrom,
  startedAt: Instant,
  endedAt: Instant.optional(),
  status: z.enum(['running', 'waiting', 'interrupted', 'failed', 'done']),
  phase: z.enum(['moving', 'keeping', 'sending', 'done']),
  /** The newest version at the time. */
  version: z.number().int(),
  counts: z.array(TickCount).default([]),
  sends: z.array(TickSend).default([]),
  error: AppErrorShape.optional(),
});
export type Tick = z.infer<typeof Tick>;

/** One thing that happened to a customer in a journey, for the trace. */
export const TraceRow = z.object({
  tick: z.number().int(),
  at: Instant,
  entry: z.number().int(),
  kind: LogKind,
  version: z.number().int(),
  step: z.string(),
  way: z.string().optional(),
  nextStep: z.string().optional(),
  reason: z.string().optional(),
});
export type TraceRow = z.infer<typeof TraceRow>;
