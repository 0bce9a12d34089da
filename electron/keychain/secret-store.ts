/** Where secrets live. One entry an owner (`connection:sample`), holding all of its secret fields. */
export interface SecretStore {
  /** `os`: kept by the operating system. `session`: lost when the app ends, because no keychain answers. */
  readonly persistence: 'os' | 'session';
  /** Why the keychain is not used, for people; undefined where it is. */
  readonly notice: string | undefined;
  read(owner: string): Promise<Record<string, string>>;
  write(owner: string, secrets: Record<string, string>): Promise<void>;
  remove(owner: string): Promise<void>;
}
