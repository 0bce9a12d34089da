import { AppError } from '../domain/app-error.ts';
import {
  type FieldSpec,
  type Secrets,
  type Settings,
  checkSettings,
  splitPasted,
  visibleFields,
} from '../domain/field-spec.ts';

/**
 * Settings and secrets as they are kept: only the fields that the form shows, numbers as numbers, secrets merged over the stored ones.
 * @throws AppError SETTINGS_INVALID naming the first field; `details` holds the message of each
 */
export function readSettingsForm(
  specs: readonly FieldSpec[],
  given: { readonly settings: Settings; readonly secrets: Secrets },
  stored: Secrets,
): { settings: Settings; secrets: Secrets } {
  // What was pasted whole must be split before anything of it is kept.
  const form = splitPasted(specs, given);
  const problems = {
    ...findUnknown(specs, form),
    ...checkSettings(specs, form.settings, form.secrets, Object.keys(stored)),
  };
  const [first] = Object.entries(problems);
  if (first !== undefined) {
    throw new AppError({
      code: 'SETTINGS_INVALID',
      message: first[1],
      help: 'Correct the field, then try again.',
      retry: 'after-fix',
      where: first[0],
      details: problems,
    });
  }
  const settings: Settings = {};
  const secrets: Secrets = {};
  for (const field of visibleFields(specs, form.settings)) {
    if (field.kind === 'secret') {
      const secret = form.secrets[field.key] === '' ? undefined : form.secrets[field.key];
      const value = secret ?? stored[field.key];
      if (value !== undefined) secrets[field.key] = value;
      continue;
    }
    const value = form.settings[field.key] ?? field.initial;
    if (value === undefined || value === '') continue;
    settings[field.key] = field.kind === 'number' ? Number(value) : value;
  }
  return { settings, secrets };
}

/** Fields that the kind does not have, and secrets among the settings: those would be written to disk. */
function findUnknown(
  specs: readonly FieldSpec[],
  form: { readonly settings: Settings; readonly secrets: Secrets },
): Record<string, string> {
  const problems: Record<string, string> = {};
  const isSecret = (key: string): boolean | undefined => {
    const field = specs.find((each) => each.key === key);
    return field === undefined ? undefined : field.kind === 'secret';
  };
  for (const key of Object.keys(form.settings)) {
    const secret = isSecret(key);
    if (secret === undefined) problems[key] = `There is no setting “${key}”.`;
    else if (secret) problems[key] = `“${key}” is a secret and belongs in the keychain, not in the settings.`;
  }
  for (const key of Object.keys(form.secrets)) {
    if (isSecret(key) !== true) problems[key] = `There is no secret “${key}”.`;
  }
  return problems;
}

/** The kind of something saved stays: its settings belong to it. `what` is a word such as `connection`. @throws AppError SETTINGS_INVALID */
export function refuseOtherKind(
  what: string,
  existing: { readonly kind: string } | undefined,
  kind: string,
): void {
  if (existing === undefined || existing.kind === kind) return;
  throw new AppError({
    code: 'SETTINGS_INVALID',
    message: `The kind of a saved ${what} does not change.`,
    help: `Create a new ${what} instead.`,
    retry: 'after-fix',
    where: 'kind',
  });
}
