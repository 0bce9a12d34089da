import { z } from 'zod';
import { AppError, type AppErrorShape } from '../domain/app-error.ts';

/** The parts of the driver's errors that are read: an HTTP answer, a failed operation, or a network error. */
const DriverError = z.object({
  message: z.string().catch(''),
  code: z.unknown().optional(),
  statusCode: z.number().optional().catch(undefined),
  response: z
    .object({
      text: z.custom<() => Promise<string>>((value) => typeof value === 'function').optional(),
      sqlState: z.string().nullish(),
      errorMessage: z.string().nullish(),
      displayMessage: z.string().nullish(),
    })
    .nullish()
    .catch(undefined),
});

/**
 * Maps an error of the driver to one for people. Spark quotes row values in its messages, so only names, the error class and the SQLSTATE are passed
 * on, and the cause is dropped. The driver never puts an HTTP answer's text in its message: it is read here.
 */
export async function mapDatabricksError(
  error: unknown,
  host: string,
  statementId?: string,
): Promise<AppError> {
  if (error instanceof AppError) return error;
  const parsed = DriverError.safeParse(error);
  if (!parsed.success) return queryFailed('', undefined, statementId);
  const { message, code, statusCode, response } = parsed.data;
  if (statusCode !== undefined) {
    const body = response?.text === undefined ? '' : await readBody(error);
    return mapStatus(statusCode, body, host);
  }
  if (typeof code === 'string' && /^E[A-Z_]+$|CERT|SELF_SIGNED/.test(code)) {
    return hostUnreachable(
      host,
      `the network says ${code}`,
      'Check the network and the server hostname, then try again.',
    );
  }
  const text = [response?.displayMessage, response?.errorMessage, message].find(
    (each) => each != null && each !== '',
  );
  return mapStatement(text ?? '', response?.sqlState ?? undefined, statementId);
}

async function readBody(error: unknown): Promise<string> {
  try {
    const { response } = z
      .object({ response: z.object({ text: z.custom<() => Promise<string>>() }) })
      .parse(error);
    return await response.text();
  } catch {
    // The answer's text only refines the error that is reported anyway.
    return '';
  }
}

function mapStatus(status: number, body: string, host: string): AppError {
  if (status === 401 || (status === 403 && /access token|credential|expired/i.test(body))) {
    return shape(
      'AUTH_FAILED',
      'Databricks refuses the access token: it is wrong, expired or of another workspace.',
      {
        help: 'Create a new personal access token in the workspace and paste it.',
      },
    );
  }
  if (status === 403) {
    return shape('PERMISSION_DENIED', 'The account may not use this SQL warehouse.', {
      help: 'Grant CAN USE on the SQL warehouse to the account.',
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
  return hostUnreachable(
    host,
    `it answers with status ${status}`,
    'Check the server hostname, then try again.',
  );
}

function mapStatement(text: string, sqlState: string | undefined, statementId: string | undefined): AppError {
  const errorClass = /\[([A-Z][A-Z0-9_.]+)\]/.exec(text)?.[1] ?? '';
  const name = /(?:name|view|schema|catalog) ((?:`[^`\n]+`\.?)+)/.exec(text)?.[1]?.replaceAll('`', '');
  if (sqlState === '42P01' || /^(TABLE_OR_VIEW|SCHEMA|CATALOG)_NOT_FOUND|NO_SUCH_CATALOG/.test(errorClass)) {
    return shape('TABLE_MISSING', `The table “${name ?? 'of the query'}” does not exist.`, {
      help: 'Refresh the catalog, then choose another table or restore this one.',
    });
  }
  if (sqlState === '42703' || /^(UNRESOLVED_COLUMN|FIELD_NOT_FOUND)/.test(errorClass)) {
    return shape('COLUMN_MISSING', `The column “${name ?? 'of the query'}” no longer exists.`, {
      help: 'Refresh the catalog, then map the column anew or remove it from the rule.',
    });
  }
  if (sqlState === '42501' || /PERMISSION|PRIVILEGE/.test(errorClass)) {
    const grant = /does not have (?:privilege |permission )?([A-Z ]+?) on [A-Za-z]+ ['`]([^'`\n]+)['`]/.exec(
      text,
    );
    const missing = grant === null ? 'read a table of the query' : `use ${grant[1]} on “${grant[2]}”`;
    const help =
      grant === null ? 'Grant SELECT, USE SCHEMA and USE CATALOG' : `Grant ${grant[1]} on ${grant[2]}`;
    return shape('PERMISSION_DENIED', `The account may not ${missing}.`, { help: `${help} to the account.` });
  }
  if (/^DATATYPE_MISMATCH/.test(errorClass)) {
    return shape('COLUMN_CHANGED', 'A column has another type than the model says.', {
      help: 'Refresh the catalog, then check the types of the mapped columns.',
    });
  }
  return queryFailed(errorClass, sqlState, statementId);
}

function queryFailed(
  errorClass: string,
  sqlState: string | undefined,
  statementId: string | undefined,
): AppError {
  const reason = [errorClass, sqlState === undefined ? '' : `SQLSTATE ${sqlState}`].filter(
    (each) => each !== '',
  );
  return shape(
    'QUERY_FAILED',
    `Databricks could not run the query${reason.length === 0 ? '' : ` (${reason.join(', ')})`}.`,
    {
      help: 'Open the statement in the query history of the workspace for its full text.',
      ...(statementId === undefined ? {} : { details: { statementId } }),
    },
  );
}

/** The error of a host that cannot be reached. `reason` completes the sentence “… cannot be reached: ”. */
export function hostUnreachable(host: string, reason: string, help: string): AppError {
  return shape('HOST_UNREACHABLE', `“${host}” cannot be reached: ${reason}.`, { help, retry: 'later' });
}

function shape(
  code: AppErrorShape['code'],
  message: string,
  rest: Partial<AppErrorShape> & { readonly help: string },
): AppError {
  return new AppError({ retry: 'after-fix', ...rest, code, message });
}
