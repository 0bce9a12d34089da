import { createHash } from 'node:crypto';

/** What the first entry of the egress ledger follows. */
export const CHAIN_START = '0'.repeat(64);

/** The digest of an entry that follows `previous`: SHA-256 of `previous`, a line feed and the entry's JSON text as stored, lower-case hex. */
export function chainDigest(previous: string, document: string): string {
  return createHash('sha256').update(`${previous}\n${document}`).digest('hex');
}
