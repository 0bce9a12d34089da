import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate for `localhost` and the file of the authority that signed it. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
  readonly authorityFile: string;
}

/** Names that the certificate holds; the last stands for a workspace that a proxy leads to this machine. */
const NAMES = 'subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:test.cloud.databricks.com';

/** Makes an authority and a certificate in a folder, valid for two days. */
export function makeCertificate(folder: string): Certificate {
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-subj',
    '/CN=Slipway test authority',
    '-days',
    '2',
    '-keyout',
    file('authority.key'),
    '-out',
    file('authority.pem'),
  );
  openssl('req', ...key, '-subj', '/CN=localhost', '-keyout', file('server.key'), '-out', file('server.csr'));
  writeFileSync(file('names.cnf'), `${NAMES}\nbasicConstraints=CA:FALSE\n`);
  openssl(
    'x509',
    '-req',
    '-in',
    file('server.csr'),
    '-CA',
    file('authority.pem'),
    '-CAkey',
    file('authority.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    file('names.cnf'),
    '-out',
    file('server.pem'),
  );
  return {
    key: readFileSync(file('server.key'), 'utf8'),
    certificate: readFileSync(file('server.pem'), 'utf8'),
    authorityFile: file('authority.pem'),
  };
}
