import { AppError } from '../domain/app-error.ts';
import type { FieldSpec, Secrets, Settings } from '../domain/field-spec.ts';
import type { SchemaPath } from '../domain/permission.ts';
import { readStateSchema, STATE_SETTING } from './databricks-state.ts';

/** How the account signs in. */
export type Credentials =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'oauth'; readonly clientId: string; readonly clientSecret: string };

/** Where a Databricks SQL warehouse is, and how to sign in to it. */
export interface DatabricksAddress {
  readonly host: string;
  readonly port: number;
  /** HTTP path, with its leading slash. */
  readonly path: string;
  readonly credentials: Credentials;
  /** Only this catalog is discovered, where it is given. */
  readonly catalog?: string;
  /** A PEM file with certificate authorities to trust beside the built-in ones. */
  readonly authorityFile?: string;
  /** The one schema that may be written. */
  readonly state?: SchemaPath;
}

/** The settings of a connection, as its form shows them. */
export const DATABRICKS_SETTINGS: readonly FieldSpec[] = [
  {
    key: 'host',
    label: 'Server hostname',
    kind: 'text',
    required: true,
    placeholder: 'adb-123.4.azuredatabricks.net',
    help: 'From the connection details of the SQL warehouse; a pasted URL or JDBC string is split into its fields.',
    splits: {
      port: 'port',
      path: 'path',
      catalog: 'catalog',
      auth: 'auth',
      clientId: 'clientId',
      token: 'token',
      clientSecret: 'clientSecret',
    },
  },
  {
    key: 'path',
    label: 'HTTP path',
    kind: 'text',
    required: true,
    placeholder: '/sql/1.0/warehouses/…',
  },
  { key: 'port', label: 'Port', kind: 'number', required: true, initial: 443 },
  {
    key: 'auth',
    label: 'Sign in with',
    kind: 'select',
    required: true,
    initial: 'token',
    options: [
      { value: 'token', label: 'Access token' },
      { value: 'oauth', label: 'Service principal (OAuth)' },
    ],
  },
  {
    key: 'token',
    label: 'Access token',
    kind: 'secret',
    required: true,
    showIf: { key: 'auth', in: ['token'] },
    help: 'A personal access token. It is kept in the keychain of this computer only.',
  },
  {
    key: 'clientId',
    label: 'Client ID',
    kind: 'text',
    required: true,
    showIf: { key: 'auth', in: ['oauth'] },
    help: 'The application ID of the service principal.',
  },
  {
    key: 'clientSecret',
    label: 'Client secret',
    kind: 'secret',
    required: true,
    showIf: { key: 'auth', in: ['oauth'] },
    help: 'An OAuth secret of the service principal. It is kept in the keychain of this computer only.',
  },
  {
    key: 'catalog',
    label: 'Catalog',
    kind: 'text',
    required: false,
    help: 'Limits discovery to one catalog; empty for all that the account sees.',
  },
  STATE_SETTING,
  {
    key: 'authority',
    label: 'Certificate authority',
    kind: 'path',
    required: false,
    picks: 'file',
    extensions: ['pem', 'crt', 'cer'],
    placeholder: 'Only on networks that inspect traffic',
    help: 'A PEM file with certificates to trust beside the built-in ones. Certificates are always verified.',
  },
];

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
  const catalog = textOf(settings['catalog']);
  const authorityFile = textOf(settings['authority']);
  const state = readStateSchema(settings);
  return {
    host,
    port,
    path: path.startsWith('/') ? path : `/${path}`,
    credentials: readCredentials(settings, secrets),
    ...(catalog === '' ? {} : { catalog }),
    ...(authorityFile === '' ? {} : { authorityFile }),
    ...(state === undefined ? {} : { state }),
  };
}

function readCredentials(settings: Settings, secrets: Secrets): Credentials {
  if (textOf(settings['auth']) === 'oauth') {
    const clientId = textOf(settings['clientId']);
    const clientSecret = (secrets['clientSecret'] ?? '').trim();
    if (clientId === '') {
      throw invalid(
        'clientId',
        'The client ID is missing.',
        'Copy the application ID of the service principal from the account console.',
      );
    }
    if (clientSecret === '') {
      throw invalid(
        'clientSecret',
        'The client secret is missing.',
        'Create an OAuth secret for the service principal and paste it.',
      );
    }
    return { kind: 'oauth', clientId, clientSecret };
  }
  const token = (secrets['token'] ?? '').trim();
  if (token === '')
    throw invalid('token', 'The access token is missing.', 'Create a personal access token and paste it.');
  return { kind: 'token', token };
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
