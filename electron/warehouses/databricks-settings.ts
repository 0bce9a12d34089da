import { AppError } from '../domain/app-error.ts';
import type { Secrets, Settings } from '../domain/field-spec.ts';

/** Where a Databricks SQL warehouse is, and the token that opens it. */
export interface DatabricksAddress {
  readonly host: string;
  readonly port: number;
  /** HTTP path, with its leading slash. */
  readonly path: string;
  readonly token: string;
  /** Only this catalog is discovered, where it is given. */
  readonly catalog?: string;
}

/** Reads the settings as people paste them: a URL as host, a path without its slash. @throws AppError SETTINGS_INVALID naming the field. */
export function readAddress(settings: Settings, secrets: Secrets): DatabricksAddress {
  const { host, port: pastedPort } = parseHost(textOf(settings['host']));
  const port = Number(pastedPort ?? settings['port'] ?? 443);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalid(
      'port',
      'The port is not a number from 1 to 65535.',
      'Use 443 unless your network says otherwise.',
    );
  }
  const path = textOf(settings['path']);
  if (path === '' || /\s/.test(path)) {
    throw invalid(
      'path',
      'The HTTP path is missing or holds a blank.',
      'Copy it from the connection details of the SQL warehouse: /sql/1.0/warehouses/….',
    );
  }
  const token = (secrets['token'] ?? '').trim();
  if (token === '')
    throw invalid('token', 'The access token is missing.', 'Create a personal access token and paste it.');
  const catalog = textOf(settings['catalog']);
  return {
    host,
    port,
    path: path.startsWith('/') ? path : `/${path}`,
    token,
    ...(catalog === '' ? {} : { catalog }),
  };
}

/** The host name of what was pasted: `https://adb-1.azuredatabricks.net/?o=1` → `adb-1.azuredatabricks.net`. @throws AppError SETTINGS_INVALID */
export function parseHost(text: string): { readonly host: string; readonly port?: string } {
  const [, host = '', port] =
    /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#:@\s]+)(?::(\d+))?(?:[/?#]\S*)?$/i.exec(text.trim()) ?? [];
  const isName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host) && !host.includes('..') && host.length <= 253;
  if (!isName) {
    throw invalid(
      'host',
      text.trim() === '' ? 'The server hostname is missing.' : 'The server hostname is not a host name.',
      'Copy it from the connection details of the SQL warehouse, such as adb-123.4.azuredatabricks.net.',
    );
  }
  return { host: host.toLowerCase(), ...(port === undefined ? {} : { port }) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function invalid(field: string, message: string, help: string): AppError {
  return new AppError({
    code: 'SETTINGS_INVALID',
    message,
    help,
    retry: 'after-fix',
    where: `settings.${field}`,
  });
}
