import type { SecretStore } from './secret-store.ts';

/** Secrets in memory only: for tests, for the command line, and where no keychain answers (then `notice` says so). */
export function createSessionSecrets(notice?: string): SecretStore {
  const entries = new Map<string, Record<string, string>>();
  return {
    persistence: async () => ({ kind: 'session', ...(notice === undefined ? {} : { notice }) }),
    read: async (owner) => ({ ...entries.get(owner) }),
    write: async (owner, secrets) => {
      entries.set(owner, { ...secrets });
    },
    remove: async (owner) => {
      entries.delete(owner);
    },
  };
}
