import { z } from 'zod';
import { Settings } from './field-spec.ts';
import { DefinitionId } from './rule.ts';

/** A saved channel account, as it is stored and written to files: without its secrets. */
export const Destination = z.strictObject({
  id: DefinitionId,
  label: z.string().trim().min(1).max(120),
  kind: z.string().min(1),
  settings: Settings.default({}),
});
export type Destination = z.infer<typeof Destination>;

/**
 * What a run does with the members: `add` and `remove` them; `mirror` sends what changed since the last run; `replace` sends all in place of
 * what was there; `send` reaches each member with a message.
 */
export const ActivationMode = z.enum(['add', 'remove', 'mirror', 'replace', 'send']);
export type ActivationMode = z.infer<typeof ActivationMode>;

/** The channel a destination reaches people by: decides which consent a run needs. */
export const Channel = z.enum(['email', 'paid-media', 'file', 'webhook']);
export type Channel = z.infer<typeof Channel>;
