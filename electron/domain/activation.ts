import { z } from 'zod';
import { OutputColumn } from './audience.ts';
import { ActivationMode } from './destination.ts';
import { Settings } from './field-spec.ts';
import { ColumnRef, DefinitionId } from './rule.ts';

/** Where a mapped field comes from: the customer's id, or a column as exports have them (its `as` is not used). */
export const FieldSource = z.union([z.strictObject({ kind: z.literal('customer-id') }), OutputColumn]);
export type FieldSource = z.infer<typeof FieldSource>;

/** One field of a destination and what fills it. `to` is a key of the destination's fields, or a name of its own where it takes any. */
export const FieldMapping = z.strictObject({
  to: z.string().min(1).max(120),
  from: FieldSource,
  /** For a field of any name: trimmed, lower-cased and hashed by SHA-256 before it leaves. */
  hash: z.boolean().optional(),
});
export type FieldMapping = z.infer<typeof FieldMapping>;

/** When a run must ask a person first. Shares lie in 0–1. */
export const Guards = z.strictObject({
  /** Pauses once more than this share of the rows is rejected. */
  maxRejected: z.number().min(0).max(1).default(0.2),
  /** Asks before a run whose size differs from the last one's by more than this share. */
  maxChange: z.number().min(0).default(0.3),
});
export type Guards = z.infer<typeof Guards>;

/** An audience sent to a destination: how, with which fields, and when. */
export const Activation = z.strictObject({
  id: DefinitionId,
  name: z.string().trim().min(1).max(120),
  audience: DefinitionId,
  destination: DefinitionId,
  mode: ActivationMode,
  fields: z.array(FieldMapping).min(1),
  /** What is addressed within the destination, by the keys of its kind's target fields: a list, a template, a folder. */
  target: Settings.default({}),
  /** The boolean attribute that says a customer may be reached by this channel. Only customers where it is true are sent. */
  consent: z.strictObject({ entity: DefinitionId, ...ColumnRef.shape }).optional(),
  guards: Guards.default({ maxRejected: 0.2, maxChange: 0.3 }),
  /** A cron expression of five fields, in the time zone of the computer. */
  schedule: z.string().max(120).optional(),
});
export type Activation = z.infer<typeof Activation>;
