import { AppError, type AppErrorShape } from '../domain/app-error.ts';
import { systemCode } from '../domain/system-code.ts';
import { invalidSetting, type PostgresAddress } from './postgres-settings.ts';

/** Conditions of PostgreSQL by their SQLSTATE; see “Appendix A. PostgreSQL Error Codes” of its manual. */
const STATES: Readonly<Record<string, (address: PostgresAddress) => AppError>> = {
  '28P01': refusedUser,
  '28000': refusedUser,
  '3D000': ({ database }) =>
    invalidSetting(
      'database',
      `The server has no database “${database}”.`,
      'Correct the name of the database.',
    ),
  '42501': ({ schema, table, user }) =>
    error('PERMISSION_DENIED', 'after-fix', {
      message: `“${user}” may not do this with ${schema}.${table}.`,
      help: `Grant USAGE on ${schema} and SELECT on ${table}; where Slipway fills it, also CREATE on ${schema} and TEMPORARY on the database.`,
    }),
  '42P01': missingTable,
  '3F000': missingTable,
  '42703': ({ schema, table }) =>
    error('COLUMN_MISSING', 'after-fix', {
      message: `${schema}.${table} lacks a column that it had.`,
      help: 'Switch the Profile API off and on again, so that the table is checked anew.',
    }),
  '57014': tooSlow,
  '55P03': tooSlow,
  '53300': ({ host }) =>
    error('HOST_UNREACHABLE', 'later', {
      message: `“${host}” takes no more connections.`,
      help: 'Raise max_connections, or close what holds them. It is tried again by itself.',
    }),
};
/** Classes and conditions in which a connection ends: it failed, or the server stops or starts. */
const ENDED = /^(?:08...|57P0[1-5])$/;
/** How Node and the driver name a connection that is not there any more, or never was. */
const BROKEN_CODE =
  /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;
const BROKEN_TEXT = /Connection terminated|connection error and is not queryable|Client was closed/;
const CERTIFICATE = /CERT|SIGNATURE|SELF_SIGNED|ALTNAME|ISSUER/;

/** Whether the connection is gone rather than the statement wrong: what only reads may be tried on another one. */
export function isBroken(cause: unknown): boolean {
  const code = systemCode(cause);
  return ENDED.test(code) || BROKEN_CODE.test(code) || BROKEN_TEXT.test(textOf(cause));
}

/** The error of a statement or a connection. The server’s own text may quote values of a row, so nothing of it is passed on. */
export function mapPostgresError(cause: unknown, address: PostgresAddress): AppError {
  if (cause instanceof AppError) return cause;
  const code = systemCode(cause);
  const known = STATES[code];
  if (known !== undefined) return known(address);
  const text = textOf(cause);
  if (/does not support SSL/.test(text)) {
    return invalidSetting(
      'encryption',
      `“${address.host}” offers no TLS.`,
      'Switch TLS on at the server, or use a server on this computer without encryption.',
    );
  }
  if (CERTIFICATE.test(code)) return refusedCertificate(address);
  if (/timeout/i.test(text)) return tooSlow(address);
  if (isBroken(cause)) {
    return error('HOST_UNREACHABLE', 'later', {
      message: `“${address.host}” port ${address.port} cannot be reached, or it ended the connection.`,
      help: 'Check the host, the port and that the server runs. It is tried again by itself.',
    });
  }
  return error('QUERY_FAILED', 'later', {
    message: `PostgreSQL refused a statement${code === '' ? '' : ` (SQLSTATE ${code})`}.`,
    help: 'Look the code up in the log of the server, at this time.',
  });
}

/** The table is not there, or may not be seen. */
export function missingTable({ schema, table }: PostgresAddress): AppError {
  return error('TABLE_MISSING', 'after-fix', {
    message: `There is no table ${schema}.${table}.`,
    help: 'Correct the schema and the table, or create the synced table in Databricks.',
  });
}

function refusedUser({ user }: PostgresAddress): AppError {
  return error('AUTH_FAILED', 'after-fix', {
    message: `The server refuses “${user}” with this password.`,
    help: 'Check the user and the password. A token that serves as a password ends after an hour.',
    where: 'settings.password',
  });
}

function refusedCertificate({ host }: PostgresAddress): AppError {
  return error('HOST_UNREACHABLE', 'after-fix', {
    message: `The certificate of “${host}” is not trusted.`,
    help: 'Choose the PEM file of its certificate authority. The name in the certificate must be the host.',
    where: 'settings.authority',
  });
}

function tooSlow({ host }: PostgresAddress): AppError {
  return error('TIMEOUT', 'later', {
    message: `“${host}” did not answer in time.`,
    help: 'Check the load of the server. It is tried again by itself.',
  });
}

function error(
  code: AppErrorShape['code'],
  retry: AppErrorShape['retry'],
  more: Pick<AppErrorShape, 'message' | 'help' | 'where'>,
): AppError {
  return new AppError({ code, retry, ...more });
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : '';
}
