import { z } from 'zod';
import { OutputColumn } from './audience.ts';
import { ActivationMode } from './destination.ts';
import { Settings } from './field-spec.ts';
import { ColumnRef, DefinitionId } from './rule.ts';

/** What fills a field: the customer's id, or a column as an export has it. */
export const FieldSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('customer-id') }),
  ...OutputColumn.options,
]);
export type FieldSource = z.infer<typeof FieldSource>;

/**
 * In which form a value leaves. `vendor`: normalised and hashed as the destination's field asks. `as-is`: the value is in that form already, or
 * is not to be changed. `sha256`: of a column of a file, trimmed, in lower case, hashed by the warehouse.
 */
export const ValueForm = z.enum(['vendor', 'as-is', 'sha256']);
export type ValueForm = z.infer<typeof ValueForm>;

/** One field of the destination and what fills it. `to` is the vendor's own name, or a free name where the destination takes those. */
export const FieldMapping = z.strictObject({
  to: z.string().trim().min(1).max(200),
  from: FieldSource,
  form: ValueForm.default('vendor'),
});
export type FieldMapping = z.infer<typeof FieldMapping>;

/** When a run stops and asks a person, as parts from 0 to 1. */
export const Guards = z.strictObject({
  /** Rejected rows of those handled so far. */
  maxRejected: z.number().min(0).max(1).default(0.2),
  /** How far the number of members may lie from the last run's, either way. */
  maxChange: z.number().min(0).default(0.3),
});
export type Guards = z.infer<typeof Guards>;

/** When an activation runs by itself, while the app or `slipway serve` is running: five cron fields, in a time zone of IANA. */
export const Schedule = z.strictObject({
  cron: z.string().trim().min(1).max(120),
  timeZone: z.string().min(1).default('UTC'),
});
export type Schedule = z.infer<typeof Schedule>;

/** The attribute of the customer, or of a one-to-one entity, that has to be true for a member to be sent. */
export const Consent = z.strictObject({ entity: DefinitionId, ...ColumnRef.shape });
export type Consent = z.infer<typeof Consent>;

/** An audience and the destination it is sent to, with how. It belongs to the model of its audience. */
export const Activation = z.strictObject({
  id: DefinitionId,
  name: z.string().trim().min(1).max(120),
  audience: DefinitionId,
  destination: DefinitionId,
  mode: ActivationMode,
  fields: z.array(FieldMapping).min(1).max(200),
  /** What is addressed within the account: values of the destination's target form. */
  target: Settings.default({}),
  consent: Consent.optional(),
  guards: Guards.default({ maxRejected: 0.2, maxChange: 0.3 }),
  schedule: Schedule.optional(),
});
export type Activation = z.infer<typeof Activation>;
