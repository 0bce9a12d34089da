import { AppError } from '../domain/app-error.ts';
import type { FieldSpec, Secrets, Settings } from '../domain/field-spec.ts';

/** A PostgreSQL server, and the table in it that has the profiles. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly schema: string;
  readonly table: string;
  /** Off on this computer alone: everywhere else the server shows a certificate, which is verified. */
  readonly isEncrypted: boolean;
  /** A PEM file with certificate authorities to trust beside the built-in ones. */
  readonly authorityFile?: string;
  readonly filledBy: 'slipway' | 'sync';
}

/** The settings of a store in PostgreSQL, as the form shows them. */
export const POSTGRES_SETTINGS: readonly FieldSpec[] = [
  {
    key: 'host',
    label: 'Host',
    kind: 'text',
    required: true,
    placeholder: 'instance-1.database.azuredatabricks.net',
    help: 'Of a PostgreSQL server, such as a Lakebase instance.',
  },
  { key: 'port', label: 'Port', kind: 'number', required: true, initial: 5432 },
  { key: 'database', label: 'Database', kind: 'text', required: true, placeholder: 'databricks_postgres' },
  { key: 'user', label: 'User', kind: 'text', required: true },
  {
    key: 'password',
    label: 'Password',
    kind: 'secret',
    required: true,
    help: 'It is kept in the keychain of this computer only.',
  },
  { key: 'schema', label: 'Schema', kind: 'text', required: true, initial: 'public' },
  { key: 'table', label: 'Table', kind: 'text', required: true, initial: 'slipway_profiles' },
  {
    key: 'filledBy',
    label: 'Filled by',
    kind: 'select',
    required: true,
    initial: 'slipway',
    options: [
      {
        value: 'slipway',
        label: 'Slipway',
        hint: 'Slipway creates the table and writes what differs at each refresh.',
      },
      {
        value: 'sync',
        label: 'A synced table',
        hint: 'Databricks keeps the table up to date; Slipway only reads it. It has customer_id, as_of, a column for each part and for each identifier.',
      },
    ],
  },
  {
    key: 'encryption',
    label: 'Encryption',
    kind: 'select',
    required: true,
    initial: 'require',
    options: [
      { value: 'require', label: 'TLS, with a verified certificate' },
      { value: 'off', label: 'None, on this computer only' },
    ],
  },
  {
    key: 'authority',
    label: 'Certificate authority',
    kind: 'path',
    required: false,
    picks: 'file',
    extensions: ['pem', 'crt', 'cer'],
    placeholder: 'Only where the server has a certificate of its own authority',
    help: 'A PEM file with certificates to trust beside the built-in ones. Certificates are always verified.',
    showIf: { key: 'encryption', in: ['require'] },
  },
];

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];
/** Short enough for the names that are made of it. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,49}$/;

/** Reads the settings. @throws AppError SETTINGS_INVALID naming the field */
export function readPostgresAddress(settings: Settings, secrets: Secrets): PostgresAddress {
  const host = textOf(settings, 'host').toLowerCase();
  if (!/^[a-z0-9][a-z0-9.-]{0,252}$/.test(host) && host !== '::1') {
    throw invalidSetting('host', 'The host is missing or is not a host name.', 'Copy it from the instance.');
  }
  const port = Number(settings['port'] ?? 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalidSetting(
      'port',
      'The port is not a number from 1 to 65535.',
      'Use 5432 unless the server says otherwise.',
    );
  }
  const password = secrets['password'] ?? '';
  if (password === '')
    throw invalidSetting('password', 'The password is missing.', 'Enter the password of the user.');
  const isEncrypted = textOf(settings, 'encryption', 'require') !== 'off';
  if (!isEncrypted && !LOOPBACK.includes(host)) {
    throw invalidSetting(
      'encryption',
      'Profiles would cross a network without encryption.',
      'Use TLS: only a server on this computer may do without it.',
    );
  }
  const authorityFile = textOf(settings, 'authority');
  return {
    host,
    port,
    database: readGiven(settings, 'database', 'The database'),
    user: readGiven(settings, 'user', 'The user'),
    password,
    schema: readName(settings, 'schema', 'public'),
    table: readName(settings, 'table', 'slipway_profiles'),
    isEncrypted,
    ...(authorityFile === '' ? {} : { authorityFile }),
    filledBy: textOf(settings, 'filledBy', 'slipway') === 'sync' ? 'sync' : 'slipway',
  };
}

/** A setting that cannot be used. */
export function invalidSetting(field: string, message: string, help: string): AppError {
  return new AppError({
    code: 'SETTINGS_INVALID',
    message,
    help,
    retry: 'after-fix',
    where: `settings.${field}`,
  });
}

function textOf(settings: Settings, key: string, fallback = ''): string {
  const text = String(settings[key] ?? '').trim();
  return text === '' ? fallback : text;
}

function readGiven(settings: Settings, key: string, label: string): string {
  const text = textOf(settings, key);
  if (text !== '' && !text.includes('\0')) return text;
  throw invalidSetting(key, `${label} is missing.`, 'Copy it from the connection details of the server.');
}

function readName(settings: Settings, key: string, fallback: string): string {
  const name = textOf(settings, key, fallback);
  if (NAME.test(name)) return name;
  throw invalidSetting(
    key,
    `The ${key} is not a plain name.`,
    'Use letters, digits and underscores, 50 at most, and no digit in front.',
  );
}
