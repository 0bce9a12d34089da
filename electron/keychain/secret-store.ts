/** `os`: kept by the operating system. `session`: lost when the app ends, because no keychain answers; `notice` says so to people. */
export interface SecretPersistence {
  readonly kind: 'os' | 'session';
  readonly notice?: string;
}

/** Where secrets live. One entry an owner (`connection:sample`), holding all of its secret fields. Never a file of the app. */
export interface SecretStore {
  /** Where secrets are kept. The first question probes the keychain, which takes seconds where none answers. */
  persistence(): Promise<SecretPersistence>;
  /** The secrets of an owner; empty where it has none. @throws AppError KEYCHAIN_UNAVAILABLE */
  read(owner: string): Promise<Record<string, string>>;
  /** Replaces the secrets of an owner. @throws AppError KEYCHAIN_UNAVAILABLE, then nothing was written. */
  write(owner: string, secrets: Record<string, string>): Promise<void>;
  /** Forgets the secrets of an owner. @throws AppError KEYCHAIN_UNAVAILABLE */
  remove(owner: string): Promise<void>;
}
