import { request } from 'node:https';
import { z } from 'zod';
import type { DatabricksAddress } from './databricks-settings.ts';
import { mapStatus, networkError, signInRefused } from './databricks-error.ts';

/** A token for a service principal, and how long it holds, in seconds. */
export interface AccessToken {
  readonly token: string;
  readonly seconds: number;
}

const Answer = z.object({ access_token: z.string().min(1), expires_in: z.number().default(3600) });
const WITHIN_MS = 30_000;
const MOST_BYTES = 1_000_000;

/**
 * Asks the workspace for a token of a service principal by its client credentials. The driver's own flow knows the clouds' public host
 * names only and leaves the port out.
 * @throws AppError AUTH_FAILED, HOST_UNREACHABLE, RATE_LIMITED
 */
export async function requestToken(
  address: DatabricksAddress,
  credentials: { readonly clientId: string; readonly clientSecret: string },
  authorities: readonly string[] | undefined,
): Promise<AccessToken> {
  const { clientId, clientSecret } = credentials;
  const { status, body } = await post(address, authorities, `${clientId}:${clientSecret}`);
  if (status === 400 || status === 401) throw signInRefused('oauth');
  if (status !== 200) throw mapStatus(status, body, address);
  const answer = Answer.safeParse(parseJson(body));
  if (!answer.success) throw networkError(address.host, 'its answer to the sign-in is none of Databricks');
  return { token: answer.data.access_token, seconds: answer.data.expires_in };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema refuses it.
    return undefined;
  }
}

function post(
  { host, port }: DatabricksAddress,
  authorities: readonly string[] | undefined,
  login: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const form = 'grant_type=client_credentials&scope=all-apis';
    const asked = request({
      host,
      port,
      path: '/oidc/v1/token',
      method: 'POST',
      timeout: WITHIN_MS,
      ...(authorities === undefined ? {} : { ca: [...authorities] }),
      headers: {
        Authorization: `Basic ${Buffer.from(login).toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
        'Content-Length': form.length,
      },
    });
    asked.on('timeout', () => asked.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
    asked.on('error', reject);
    asked.on('response', (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on('data', (part: Buffer) => {
        size += part.length;
        if (size > MOST_BYTES) asked.destroy(new Error('too long'));
        else parts.push(part);
      });
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }),
      );
    });
    asked.end(form);
  });
}
