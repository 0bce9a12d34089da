import { AppError, type AppErrorShape } from '../domain/app-error.ts';

/** The privilege that a refusal names: `User does not have SELECT on Table 'main.retail.x'.` and its older wordings. */
const MISSING =
  /does not have (?:privilege |permission )?([A-Z][A-Z_ ]+?) (?:privilege |permission )?on (?:the )?([A-Za-z ]+?) ['`"]((?:[^'"\n])+?)['`"](?:[.\s]|$)/;

/** A name in backticks of one to three parts after a word that says what it names. */
const NAMED = /(?:name|view|schema|catalog|table) ((?:`(?:[^`\n]|``)+`\.?)+)/i;

/**
 * The error behind a failed statement. Of its text only the error class, the SQLSTATE and the names of objects are used: the rest may quote
 * values of rows.
 */
export function mapStatement(
  text: string,
  sqlState: string | undefined,
  statementId: string | undefined,
): AppError {
  const errorClass = /\[([A-Z][A-Z0-9_.]+)\]/.exec(text)?.[1] ?? '';
  const details = statementId === undefined ? {} : { details: { statementId } };
  const name = NAMED.exec(text)?.[1]?.replaceAll('`', '');
  if (sqlState === '42501' || /PERMISSION|PRIVILEGE|UNAUTHORIZED_ACCESS/.test(errorClass)) {
    return permissionDenied(text, details);
  }
  // Spark without Unity Catalog says so of a catalog that it does not have.
  if (
    sqlState === '42P01' ||
    /^(TABLE_OR_VIEW|SCHEMA|CATALOG)_NOT_FOUND|NO_SUCH_CATALOG|^REQUIRES_SINGLE_PART_NAMESPACE/.test(
      errorClass,
    )
  ) {
    return shape('TABLE_MISSING', `The table “${name ?? 'of the query'}” does not exist.`, {
      help: 'Refresh the catalog, then choose another table or restore this one.',
      ...details,
    });
  }
  if (sqlState === '42703' || /^(UNRESOLVED_COLUMN|FIELD_NOT_FOUND)/.test(errorClass)) {
    return shape('COLUMN_MISSING', `The column “${name ?? 'of the query'}” no longer exists.`, {
      help: 'Refresh the catalog, then map the column anew or remove it from the rule.',
      ...details,
    });
  }
  if (/^DATATYPE_MISMATCH/.test(errorClass)) {
    return shape('COLUMN_CHANGED', 'A column has another type than the model says.', {
      help: 'Refresh the catalog, then check the types of the mapped columns.',
      ...details,
    });
  }
  return queryFailed(errorClass, sqlState, details);
}

function permissionDenied(text: string, details: Partial<AppErrorShape>): AppError {
  const [, privilege, kind, object] = MISSING.exec(text) ?? [];
  if (privilege === undefined || kind === undefined || object === undefined) {
    return shape('PERMISSION_DENIED', 'The account may not read a table of the query.', {
      help: 'Grant USE CATALOG, USE SCHEMA and SELECT to the account.',
      ...details,
    });
  }
  const path = object.replaceAll('`', '');
  const quoted = path
    .split('.')
    .map((part) => `\`${part}\``)
    .join('.');
  return shape('PERMISSION_DENIED', `The account may not use ${privilege} on “${path}”.`, {
    help: `Grant it: GRANT ${privilege} ON ${kind.trim().toUpperCase()} ${quoted} TO \`<account>\`.`,
    ...details,
  });
}

function queryFailed(
  errorClass: string,
  sqlState: string | undefined,
  details: Partial<AppErrorShape>,
): AppError {
  const reason = [errorClass, sqlState === undefined ? '' : `SQLSTATE ${sqlState}`].filter(
    (each) => each !== '',
  );
  return shape(
    'QUERY_FAILED',
    `Databricks could not run the query${reason.length === 0 ? '' : ` (${reason.join(', ')})`}.`,
    { help: 'Open the statement in the query history of the workspace for its full text.', ...details },
  );
}

/** An error that is mended first and tried again then, unless `rest` says otherwise. */
export function shape(
  code: AppErrorShape['code'],
  message: string,
  rest: Partial<AppErrorShape> & { readonly help: string },
): AppError {
  return new AppError({ retry: 'after-fix', ...rest, code, message });
}
