import { z } from 'zod';
import { Instant } from './duration.ts';

/** One readiness check of a model: what was asked, how many rows speak against it, and the next act. */
export const ReadinessCheck = z.object({
  id: z.string(),
  /** The part of the model, as a path: `customer`, `entities[0]`. */
  where: z.string(),
  label: z.string(),
  status: z.enum(['passed', 'warning', 'failed']),
  /** How many rows, ids or columns speak against it. */
  count: z.number(),
  message: z.string(),
  help: z.string().optional(),
});
export type ReadinessCheck = z.infer<typeof ReadinessCheck>;

/** The answers of all readiness checks at one instant. A failed check forbids audience runs; a warning does not. */
export const Readiness = z.object({ asOf: Instant, ready: z.boolean(), checks: z.array(ReadinessCheck) });
export type Readiness = z.infer<typeof Readiness>;
