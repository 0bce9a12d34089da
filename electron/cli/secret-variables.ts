const PREFIX = 'SLIPWAY_SECRET_';

/**
 * Reads secrets of connections from the environment, for machines without a keychain: `SLIPWAY_SECRET_MY_WORKSPACE_TOKEN` is the
 * secret `token` of the connection `my-workspace`. @returns a look-up by connection id and field
 */
export function readSecretVariables(
  environment: Readonly<Record<string, string | undefined>>,
): (connectionId: string) => Record<string, string> {
  return (connectionId) => {
    const prefix = `${PREFIX}${connectionId.toUpperCase().replaceAll('-', '_')}_`;
    const secrets: Record<string, string> = {};
    for (const [name, value] of Object.entries(environment)) {
      if (name.startsWith(prefix) && value !== undefined)
        secrets[name.slice(prefix.length).toLowerCase()] = value;
    }
    return secrets;
  };
}
