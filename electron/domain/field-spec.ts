import { z } from 'zod';
import { splitServerAddress } from './server-address.ts';

/** Shows a field only where another field has one of these values. */
const ShowIf = z.object({ key: z.string(), in: z.array(z.string()) });

/** The keys of the fields that take the parts of a pasted address; a part without a field is dropped. */
const AddressParts = z.object({
  port: z.string().optional(),
  path: z.string().optional(),
  catalog: z.string().optional(),
  auth: z.string().optional(),
  clientId: z.string().optional(),
  token: z.string().optional(),
  clientSecret: z.string().optional(),
});

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
  /** For `text`: a pasted URL or JDBC string is split; its other parts go into the fields of these keys. */
  splits: AddressParts.optional(),
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

/**
 * The form with pasted addresses split into their fields: no setting keeps a secret that came with one. Secrets of the form win over pasted
 * ones only where they are not empty.
 */
export function splitPasted(
  specs: readonly FieldSpec[],
  form: { readonly settings: Settings; readonly secrets: Secrets },
): { settings: Settings; secrets: Secrets } {
  const settings: Settings = { ...form.settings };
  const secrets: Secrets = { ...form.secrets };
  for (const spec of specs) {
    const { splits } = spec;
    const value = settings[spec.key];
    const address = typeof value === 'string' && splits !== undefined ? splitServerAddress(value) : undefined;
    if (address === undefined || splits === undefined) continue;
    settings[spec.key] = address.host;
    for (const part of ['port', 'path', 'catalog', 'auth', 'clientId'] as const) {
      const key = splits[part];
      const found = address[part];
      if (key !== undefined && found !== undefined) settings[key] = found;
    }
    for (const part of ['token', 'clientSecret'] as const) {
      const key = splits[part];
      const found = address.secrets[part];
      if (key !== undefined && found !== undefined && (secrets[key] ?? '') === '') secrets[key] = found;
    }
  }
  return { settings, secrets };
}

/** One message per field that is missing or of the wrong kind, by key; empty where all is well. Secrets count as given when `storedSecrets` names them. */
export function checkSettings(
  specs: readonly FieldSpec[],
  settings: Settings,
  secrets: Secrets,
  storedSecrets: readonly string[] = [],
): Record<string, string> {
  const problems: Record<string, string> = {};
  const form = splitPasted(specs, { settings, secrets });
  for (const spec of visibleFields(specs, form.settings)) {
    const value = spec.kind === 'secret' ? form.secrets[spec.key] : (form.settings[spec.key] ?? spec.initial);
    const missing = value === undefined || value === '';
    if (missing) {
      const stored = spec.kind === 'secret' && storedSecrets.includes(spec.key);
      if (spec.required && !stored) problems[spec.key] = `${spec.label} is required.`;
      continue;
    }
    if (spec.kind === 'number' && !Number.isFinite(Number(value))) {
      problems[spec.key] = `${spec.label} must be a number.`;
    }
    // A host name has none of these signs; a text that has may be an address with a password in it.
    if (spec.splits !== undefined && /[;=\s]/.test(String(value).trim())) {
      problems[spec.key] = `${spec.label} must be a host name, a URL or a JDBC string.`;
    }
    if (spec.kind === 'select' && !(spec.options ?? []).some((option) => option.value === value)) {
      problems[spec.key] = `${spec.label} must be one of the choices.`;
    }
  }
  return problems;
}
