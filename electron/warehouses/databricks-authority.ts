import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { AppError } from '../domain/app-error.ts';
import type { DatabricksAddress } from './databricks-settings.ts';

/** Certificates to trust: the file's own, and all of them together with the built-in ones, as TLS takes them. */
export interface Authorities {
  readonly own: string;
  readonly all: readonly string[];
}

/**
 * Reads the certificate authorities of a network that inspects traffic; undefined where none are set. A list of one's own replaces the
 * built-in one, so that is always part of it, and so is NODE_EXTRA_CA_CERTS.
 * @throws AppError SETTINGS_INVALID
 */
export async function readAuthorities({
  authorityFile,
}: DatabricksAddress): Promise<Authorities | undefined> {
  if (authorityFile === undefined) return undefined;
  const own = await readFile(authorityFile, 'utf8').catch(() => {
    // Missing, a folder, not readable: all are mended by another path.
    throw invalidFile(`The file “${authorityFile}” cannot be read.`);
  });
  if (!/-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(own)) {
    throw invalidFile(`The file “${authorityFile}” holds no certificate in PEM form.`);
  }
  const extra = process.env['NODE_EXTRA_CA_CERTS'];
  const more = extra === undefined || extra === '' ? '' : await readFile(extra, 'utf8').catch(() => '');
  return { own, all: [...rootCertificates, ...(more === '' ? [] : [more]), own] };
}

function invalidFile(message: string): AppError {
  return new AppError({
    code: 'SETTINGS_INVALID',
    message,
    help: 'Choose the PEM file of the certificate authority, or leave the field empty.',
    retry: 'after-fix',
    where: 'settings.authority',
  });
}
