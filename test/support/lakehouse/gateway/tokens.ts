import { randomBytes } from 'node:crypto';

/** Tokens of the users of the test workspace, and those that OAuth gives out. */
export class Tokens {
  readonly #users = new Map<string, { readonly user: string; readonly since: number }>();
  readonly #clientId: string;
  readonly #clientSecret: string;
  readonly #principal: string;

  /** `personal` are the users by their personal access tokens; the OAuth client acts as the user `principal`. */
  constructor(
    personal: Readonly<Record<string, string>>,
    oauth: { readonly clientId: string; readonly clientSecret: string; readonly principal: string },
  ) {
    for (const [token, user] of Object.entries(personal)) this.#users.set(token, { user, since: Date.now() });
    this.#clientId = oauth.clientId;
    this.#clientSecret = oauth.clientSecret;
    this.#principal = oauth.principal;
  }

  /** The user of an Authorization header; undefined where the token is unknown, or older than `expiredBefore`. */
  userOf(authorization: string | undefined, expiredBefore: number | undefined): string | undefined {
    const found = this.#users.get(/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '');
    if (found === undefined || (expiredBefore !== undefined && found.since <= expiredBefore))
      return undefined;
    return found.user;
  }

  /** Answers a request for an access token by client credentials: in the Authorization header or in the form. */
  grantAccess(authorization: string | undefined, form: URLSearchParams): { status: number; body: object } {
    const basic = /^Basic (.+)$/.exec(authorization ?? '')?.[1];
    const [id, secret] =
      basic === undefined
        ? [form.get('client_id'), form.get('client_secret')]
        : Buffer.from(basic, 'base64')
            .toString('utf8')
            .split(':')
            .map((part) => decodeURIComponent(part));
    if (form.get('grant_type') !== 'client_credentials') {
      return {
        status: 400,
        body: { error: 'unsupported_grant_type', error_description: 'Unsupported grant type' },
      };
    }
    if (id !== this.#clientId || secret !== this.#clientSecret) {
      return {
        status: 401,
        body: { error: 'invalid_client', error_description: 'Client authentication failed' },
      };
    }
    const token = `oauth-${randomBytes(16).toString('hex')}`;
    this.#users.set(token, { user: this.#principal, since: Date.now() });
    return {
      status: 200,
      body: { access_token: token, token_type: 'Bearer', expires_in: 3600, scope: 'all-apis' },
    };
  }
}

/** What Databricks says about its OAuth, for clients that discover it. */
export function oauthMetadata(host: string): object {
  const base = `https://${host}/oidc`;
  return {
    issuer: base,
    authorization_endpoint: `${base}/v1/authorize`,
    token_endpoint: `${base}/v1/token`,
    response_types_supported: ['code', 'id_token'],
    grant_types_supported: ['client_credentials', 'authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    scopes_supported: ['all-apis', 'offline_access'],
  };
}
