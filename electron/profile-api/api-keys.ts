import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ProfileKey } from '../domain/profile-api.ts';

const PREFIX = 'slw_';
const RANDOM_BYTES = 32;
const VERSION_BYTES = 6;
/** `Bearer `, the prefix and 32 bytes as base64url. */
const HEADER_LENGTH = 7 + PREFIX.length + 43;
/** Hexadecimal digits of a digest. */
const DIGITS = 64;
/** Compared with when no key has the digest, so that both ways take the same steps. */
const NO_DIGEST = Buffer.alloc(DIGITS);

/** A new token, `slw_` and 43 base64url characters. It is shown once; what is kept is its {@link digestOf}. */
export function makeToken(): string {
  return PREFIX + randomBytes(RANDOM_BYTES).toString('base64url');
}

/** SHA-256 of a token as lower-case hex, as {@link ProfileKey} keeps it. */
export function digestOf(token: string): string {
  return hash('sha256', token);
}

/** A key as the server knows it. `parts` are those of its parts that there are. */
export interface Caller {
  readonly id: string;
  readonly parts: ReadonlySet<string>;
  /** Another one for each key, and whenever settings change. */
  readonly version: string;
}

interface Entry {
  readonly caller: Caller;
  /** The digits of the digest. */
  readonly digits: Buffer;
}

/** The keys that may read: revoked ones are not among them. */
export class KeyRing {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #digits = Buffer.alloc(DIGITS);

  /** @param parts ids of the parts that there are */
  constructor(keys: readonly ProfileKey[], parts: ReadonlySet<string>) {
    const valid = keys.filter((key) => key.revokedAt === undefined);
    const version = randomBytes(VERSION_BYTES).toString('base64url');
    this.#entries = new Map(
      valid.map((key, place) => {
        const caller: Caller = {
          id: key.id,
          parts: new Set(key.parts.filter((part) => parts.has(part))),
          version: `${version}-${place}`,
        };
        return [key.sha256, { caller, digits: Buffer.from(key.sha256, 'latin1') }];
      }),
    );
  }

  /** Who sends an `Authorization` header; undefined for a missing, wrong or revoked key. */
  find(authorization: string | undefined): Caller | undefined {
    if (authorization?.length !== HEADER_LENGTH) return undefined;
    if (authorization.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
    // Looked up by the digest: how long that takes tells of a digest, from which no token can be made.
    const digest = digestOf(authorization.slice(7));
    const entry = this.#entries.get(digest);
    this.#digits.write(digest, 'latin1');
    const isSame = timingSafeEqual(this.#digits, entry?.digits ?? NO_DIGEST);
    return isSame ? entry?.caller : undefined;
  }
}
