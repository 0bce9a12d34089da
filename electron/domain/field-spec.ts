import { z } from 'zod';

/** Shows a field only where another field has one of these values. */
const ShowIf = z.object({ key: z.string(), in: z.array(z.string()) });

/**
 * One setting of a warehouse or a destination, as data: the form, the validation and the handling of secrets follow from it.
 * A `secret` never enters the store, a workspace file or an RPC reply.
 */
export const FieldSpec = z.object({
  key: z.string(),
  label: z.string(),
  kind: z.enum(['text', 'number', 'secret', 'select', 'switch', 'path']),
  required: z.boolean(),
  help: z.string().optional(),
  placeholder: z.string().optional(),
  initial: z.union([z.string(), z.number(), z.boolean()]).optional(),
  options: z
    .array(z.object({ value: z.string(), label: z.string(), hint: z.string().optional() }))
    .optional(),
  /** For `path`: what is picked. */
  picks: z.enum(['file', 'folder', 'either']).optional(),
  /** For `path`: endings of the files to offer, without the dot. */
  extensions: z.array(z.string()).optional(),
  showIf: ShowIf.optional(),
});
export type FieldSpec = z.infer<typeof FieldSpec>;

/** Values of the fields that are not secret, by key. */
export const Settings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
export type Settings = z.infer<typeof Settings>;

/** Values of the secret fields, by key. Lives in the keychain and in memory only. */
export const Secrets = z.record(z.string(), z.string());
export type Secrets = z.infer<typeof Secrets>;

/** The fields that the form shows for these settings. */
export function visibleFields(specs: readonly FieldSpec[], settings: Settings): FieldSpec[] {
  return specs.filter((spec) => {
    if (spec.showIf === undefined) return true;
    const other = settings[spec.showIf.key] ?? specs.find((each) => each.key === spec.showIf?.key)?.initial;
    return other !== undefined && spec.showIf.in.includes(String(other));
  });
}

/** One message per field that is missing or of the wrong kind, by key; empty where all is well. Secrets count as given when `storedSecrets` names them. */
export function checkSettings(
  specs: readonly FieldSpec[],
  settings: Settings,
  secrets: Secrets,
  storedSecrets: readonly string[] = [],
): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const spec of visibleFields(specs, settings)) {
    const value = spec.kind === 'secret' ? secrets[spec.key] : (settings[spec.key] ?? spec.initial);
    const missing = value === undefined || value === '';
    if (missing) {
      const stored = spec.kind === 'secret' && storedSecrets.includes(spec.key);
      if (spec.required && !stored) problems[spec.key] = `${spec.label} is required.`;
      continue;
    }
    if (spec.kind === 'number' && !Number.isFinite(Number(value))) {
      problems[spec.key] = `${spec.label} must be a number.`;
    }
    if (spec.kind === 'select' && !(spec.options ?? []).some((option) => option.value === value)) {
      problems[spec.key] = `${spec.label} must be one of the choices.`;
    }
  }
  return problems;
}
