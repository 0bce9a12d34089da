import { z } from 'zod';
import { ActivationRun } from '../../../electron/domain/run.ts';
import { Tick } from '../../../electron/domain/tick.ts';

/**
 * Where a child ends itself: at the n-th write of the store or of the state schema in its life, before it or after it returned; `end` counts
 * both from where a run begins to end.
 */
export const KillPlan = z.object({
  at: z.enum(['store', 'statement', 'end']),
  number: z.number(),
  when: z.enum(['before', 'after']),
});
export type KillPlan = z.infer<typeof KillPlan>;

/**
 * What a child is started with. It resumes the newest run of the activation where more than `runsBefore` are there, else it starts one. With a
 * `journey` it ticks that at `tickAt` instead, and goes on with the tick that is not over.
 */
export const ChildSetup = z.object({
  home: z.string(),
  connection: z.string(),
  activation: z.string(),
  journey: z.string().optional(),
  tickAt: z.string().optional(),
  runsBefore: z.number(),
  secrets: z.record(z.string(), z.string()),
  batchRows: z.number(),
  pace: z.object({ first: z.number(), longest: z.number(), attempts: z.number(), resolve: z.number() }),
  plan: KillPlan.optional(),
});
export type ChildSetup = z.infer<typeof ChildSetup>;

/** What a child tells while it lives. */
export const ChildMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('begun'), run: z.string() }),
  z.object({
    kind: z.literal('ended'),
    run: z.string(),
    status: z.union([ActivationRun.shape.status, Tick.shape.status]),
    error: z.string().optional(),
  }),
]);
export type ChildMessage = z.infer<typeof ChildMessage>;

/** Runs in whatever state. */
export const EVERY_STATUS = ActivationRun.shape.status.options;
