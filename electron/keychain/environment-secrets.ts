import type { SecretStore } from './secret-store.ts';

const PREFIX = 'SLIPWAY_SECRET_';

/**
 * Secrets from environment variables, for machines without a keychain: `SLIPWAY_SECRET_MY_SHOP_TOKEN` is the secret `token` of the
 * connection or destination `my-shop`. Where one has any, its entry in `secrets` is not asked for. `keys` are the secret fields there are.
 */
export function withEnvironmentSecrets(
  secrets: SecretStore,
  environment: Readonly<Record<string, string | undefined>>,
  keys: readonly string[],
): SecretStore {
  const find = (owner: string): Record<string, string> => {
    const prefix = PREFIX + variableWord(owner.replace(/^(connection|destination):/, '')) + '_';
    const found = keys.map((key) => [key, environment[prefix + variableWord(key)]] as const);
    return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
  };
  return {
    ...secrets,
    read: async (owner) => {
      const given = find(owner);
      return Object.keys(given).length > 0 ? given : secrets.read(owner);
    },
  };
}

/** `my-shop` → `MY_SHOP`, `clientSecret` → `CLIENT_SECRET`. */
function variableWord(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}
