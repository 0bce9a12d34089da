import type { FieldSpec, Secrets } from '../domain/field-spec.ts';
import type { SecretStore } from '../keychain/secret-store.ts';

/** Whether a form has secrets; where it has none, the keychain is never asked. */
export function hasSecretFields(specs: readonly FieldSpec[]): boolean {
  return specs.some((field) => field.kind === 'secret');
}

/** The stored secrets of an owner, none where its form has none. @throws AppError KEYCHAIN_UNAVAILABLE */
export async function readStoredSecrets(
  secrets: SecretStore,
  specs: readonly FieldSpec[],
  owner: string,
): Promise<Secrets> {
  return hasSecretFields(specs) ? secrets.read(owner) : {};
}

/** Which secrets of an owner are stored, by key. A locked keychain must not empty a list: opening one will name it. */
export async function listStoredSecrets(
  secrets: SecretStore,
  specs: readonly FieldSpec[],
  owner: string,
): Promise<string[]> {
  try {
    return Object.keys(await readStoredSecrets(secrets, specs, owner));
  } catch {
    return [];
  }
}

/** Writes secrets, then a definition; when the second fails the first is undone, so that nothing is half saved. */
export async function saveWithSecrets(
  secrets: SecretStore,
  owner: string,
  next: Secrets,
  before: Secrets,
  save: () => void,
): Promise<void> {
  const changed = JSON.stringify(next) !== JSON.stringify(before);
  const put = async (values: Secrets): Promise<void> => {
    if (Object.keys(values).length === 0) await secrets.remove(owner);
    else await secrets.write(owner, values);
  };
  if (changed) await put(next);
  try {
    save();
  } catch (error) {
    if (changed) await put(before);
    throw error;
  }
}
