/** What a pasted address of a server holds beside its host. Texts as they were written; `secrets` never go anywhere but a secret field. */
export interface ServerAddress {
  readonly host: string;
  readonly port?: number;
  readonly path?: string;
  /** The account part of a JDBC string: a token, or a service principal with its secret. */
  readonly auth?: 'token' | 'oauth';
  readonly clientId?: string;
  readonly catalog?: string;
  readonly secrets: { readonly token?: string; readonly clientSecret?: string };
}

/** Values that documentation and copy buttons put where the secret belongs. */
const PLACEHOLDER = /^[<{[].*[>}\]]$/;

/**
 * Splits what people paste for a host name: a URL of the workspace, or the whole JDBC string of its connection details. Undefined where the
 * text is neither.
 */
export function splitServerAddress(text: string): ServerAddress | undefined {
  return splitJdbc(text.trim()) ?? splitUrl(text.trim());
}

function splitUrl(text: string): ServerAddress | undefined {
  const [, host, port, path] =
    /^(?:https?:\/\/)?([a-z0-9.-]+)(?::(\d{1,5}))?(\/[^?#\s]*)?(?:[?#]\S*)?$/i.exec(text) ?? [];
  if (host === undefined) return undefined;
  return {
    host: host.toLowerCase(),
    ...(port === undefined ? {} : { port: Number(port) }),
    // Other paths are pages of the workspace, such as /explore/data.
    ...(path !== undefined && isHttpPath(path) ? { path } : {}),
    secrets: {},
  };
}

function splitJdbc(text: string): ServerAddress | undefined {
  const [, host, port, rest = ''] =
    /^jdbc:(?:databricks|spark):\/\/([a-z0-9.-]+)(?::(\d{1,5}))?(?:\/[^;\s]*)?((?:;[^;]*)*)$/i.exec(text) ??
    [];
  if (host === undefined) return undefined;
  const pairs = new Map<string, string>();
  for (const each of rest.split(';')) {
    const at = each.indexOf('=');
    if (at > 0) pairs.set(each.slice(0, at).trim().toLowerCase(), each.slice(at + 1).trim());
  }
  const path = pairs.get('httppath');
  const catalog = pairs.get('conncatalog');
  const clientId = pairs.get('oauth2clientid');
  const isOauth = pairs.get('authmech') === '11' && clientId !== undefined;
  const token = readSecret(pairs.get('pwd') ?? pairs.get('auth_accesstoken'));
  const clientSecret = readSecret(pairs.get('oauth2secret'));
  return {
    host: host.toLowerCase(),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(path === undefined ? {} : { path }),
    ...(isOauth ? { auth: 'oauth', clientId } : { auth: 'token' }),
    ...(catalog === undefined || catalog === '' ? {} : { catalog }),
    secrets: isOauth
      ? { ...(clientSecret === undefined ? {} : { clientSecret }) }
      : { ...(token === undefined ? {} : { token }) },
  };
}

function isHttpPath(path: string): boolean {
  return /^\/sql\/(1\.0\/(warehouses|endpoints)|protocolv1)\//.test(path);
}

function readSecret(value: string | undefined): string | undefined {
  return value === undefined || value === '' || PLACEHOLDER.test(value) ? undefined : value;
}
