import { z } from 'zod';
import { AppError } from '../domain/app-error.ts';
import type { Credentials, DatabricksAddress } from './databricks-settings.ts';
import { mapStatement, shape } from './databricks-statement-error.ts';

/** What errors say of the address: its host, and how the account signs in. */
type Reached = Pick<DatabricksAddress, 'host' | 'credentials'>;

/** The parts of the driver's errors that are read: an HTTP answer, a failed operation, or a network error. */
const DriverError = z.object({
  message: z.string().catch(''),
  code: z.unknown().optional(),
  statusCode: z.number().optional().catch(undefined),
  response: z
    .object({
      sqlState: z.string().nullish().catch(undefined),
      errorMessage: z.string().nullish().catch(undefined),
      displayMessage: z.string().nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});

/** The longest that the text of a refusal is waited for, in milliseconds. */
const BODY_WITHIN_MS = 5_000;
/** What Node and the driver's HTTP client call a connection that was lost or never made. */
const NETWORK = /^E[A-Z_]+$|CERT|SELF_SIGNED|UND_ERR|HPE_/;
const LOST = /socket hang up|premature close|ECONNRESET|EPIPE|ETIMEDOUT|network timeout|aborted/i;

/** A refusal of the server before it did anything: its status, and the seconds after which it wants to be asked again. */
export interface Refusal {
  readonly status: number;
  readonly retryAfter: number | undefined;
}

/** The HTTP refusal behind an error of the driver, if it is one. */
export function readRefusal(error: unknown): Refusal | undefined {
  const parsed = DriverError.safeParse(error);
  if (!parsed.success || parsed.data.statusCode === undefined) return undefined;
  const header = callMethod(valueOf(valueOf(error, 'response'), 'headers'), 'get', 'retry-after');
  const seconds = typeof header === 'string' && header !== '' ? Number(header) : Number.NaN;
  return {
    status: parsed.data.statusCode,
    retryAfter: Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined,
  };
}

/** True where the connection was lost or never made, so that nobody knows whether the server heard the request. */
export function isLostConnection(error: unknown): boolean {
  const parsed = DriverError.safeParse(error);
  if (!parsed.success || parsed.data.statusCode !== undefined) return false;
  const { code, message } = parsed.data;
  return (typeof code === 'string' && NETWORK.test(code)) || LOST.test(message);
}

/**
 * Maps an error of the driver to one for people. Spark quotes row values in its messages, so only names, the error class and the SQLSTATE are passed
 * on, and the cause is dropped. The driver never puts an HTTP answer's text in its message: it is read here.
 */
export async function mapDatabricksError(
  error: unknown,
  reached: Reached,
  statementId?: string,
): Promise<AppError> {
  if (error instanceof AppError) return error;
  const parsed = DriverError.safeParse(error);
  if (!parsed.success) return mapStatement('', undefined, statementId);
  const { message, code, statusCode, response } = parsed.data;
  if (statusCode !== undefined) return mapStatus(statusCode, await readBody(error), reached);
  // The driver repeats some calls by itself; of the last answer it keeps only the status.
  const given = /^Hive driver: (\d{3}) when connecting/.exec(message)?.[1];
  if (given !== undefined) return mapStatus(Number(given), '', reached);
  if (typeof code === 'string' && NETWORK.test(code)) {
    return networkError(reached.host, `the network says ${code}`);
  }
  if (LOST.test(message)) return networkError(reached.host, 'the connection was lost');
  if (response == null) return networkError(reached.host, 'its answer is none of Databricks');
  const text = [response.displayMessage, response.errorMessage, message].find(
    (each) => each != null && each !== '',
  );
  return mapStatement(text ?? '', response.sqlState ?? undefined, statementId);
}

async function readBody(error: unknown): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(''), BODY_WITHIN_MS);
    });
    const text = await Promise.race([callMethod(valueOf(error, 'response'), 'text'), late]);
    return typeof text === 'string' ? text : '';
  } catch {
    // The answer's text only refines the error that is reported anyway.
    return '';
  } finally {
    clearTimeout(timer);
  }
}

function valueOf(owner: unknown, key: string): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, key) : undefined;
}

/** Calls a method of an object of which nothing is known; a copy of the object, as a schema gives it, would have lost its own. */
function callMethod(owner: unknown, name: string, ...given: readonly unknown[]): unknown {
  const method = valueOf(owner, name);
  return typeof method === 'function' ? Reflect.apply(method, owner, given) : undefined;
}

/** The error behind an HTTP status. `body` is the answer's text; only known phrases of it are looked for. */
export function mapStatus(status: number, body: string, { host, credentials }: Reached): AppError {
  if (status === 403 && /IP access list|IP address.*(not allowed|blocked)/i.test(body)) {
    return shape('PERMISSION_DENIED', 'The workspace refuses the network address of this computer.', {
      help: 'Add the address to the IP access list of the workspace, or connect through the VPN that the list allows.',
      where: 'settings.host',
    });
  }
  if (status === 401 || (status === 403 && /access token|credential|expired/i.test(body))) {
    return signInRefused(credentials.kind);
  }
  if (status === 403) {
    return shape('PERMISSION_DENIED', 'The account may not use this SQL warehouse.', {
      help: 'Grant CAN USE on the SQL warehouse to the account.',
      where: 'settings.path',
    });
  }
  if (status === 404 || status === 400) {
    return shape('SETTINGS_INVALID', 'There is no SQL warehouse at this HTTP path.', {
      help: 'Copy the HTTP path from the connection details of the SQL warehouse.',
      where: 'settings.path',
    });
  }
  if (status === 429) {
    return shape('RATE_LIMITED', 'Databricks asks to slow down.', {
      help: 'Try again in a minute.',
      retry: 'later',
    });
  }
  if (status === 503) {
    return shape('WAREHOUSE_STARTING', 'The SQL warehouse is starting.', {
      help: 'Try again in a few minutes, or start it in the workspace.',
      retry: 'later',
    });
  }
  return networkError(host, `it answers with status ${status}`);
}

/** The refusal of a sign-in, naming the field that mends it. */
export function signInRefused(kind: Credentials['kind']): AppError {
  return kind === 'oauth'
    ? shape(
        'AUTH_FAILED',
        'Databricks refuses the client secret: it is wrong, expired or of another service principal.',
        {
          help: 'Create a new OAuth secret for the service principal and paste it.',
          where: 'settings.clientSecret',
        },
      )
    : shape(
        'AUTH_FAILED',
        'Databricks refuses the access token: it is wrong, expired or of another workspace.',
        {
          help: 'Create a new personal access token in the workspace and paste it.',
          where: 'settings.token',
        },
      );
}

/** The error of a network that fails. `reason` completes the sentence “… cannot be reached: ”. */
export function networkError(host: string, reason: string): AppError {
  return hostUnreachable(host, reason, 'Check the network and the server hostname, then try again.');
}

/** The error of a host that cannot be reached. `reason` completes the sentence “… cannot be reached: ”. */
export function hostUnreachable(host: string, reason: string, help: string): AppError {
  return shape('HOST_UNREACHABLE', `“${host}” cannot be reached: ${reason}.`, { help, retry: 'later' });
}
