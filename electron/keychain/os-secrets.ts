import type * as Keytar from '@github/keytar';
import { z } from 'zod';
import { AppError } from '../domain/app-error.ts';
import type { SecretStore } from './secret-store.ts';
import { createSessionSecrets } from './session-secrets.ts';

/** The name under which the operating system lists the entries. */
const SERVICE = 'slipway';

/** A locked keyring with nobody to answer its prompt stays pending for ever, so every question has an end (milliseconds). */
const PROBE_TIMEOUT = 3_000;
/** Once the keychain has answered, a person may be typing the password of a prompt (milliseconds). */
const ANSWER_TIMEOUT = 60_000;

const NOTICE =
  'No OS keychain answers: secrets last until Slipway is closed. Unlock or install a keychain (on Linux: gnome-keyring or KWallet with a D-Bus session), then start Slipway again.';

const Entry = z.record(z.string(), z.string());

/** The part of the keychain driver that is used. */
type Keychain = Pick<typeof Keytar, 'getPassword' | 'setPassword' | 'deletePassword'>;

/**
 * Secrets in the keychain of the operating system. It is loaded and probed at the first use; where it does not answer, secrets last
 * for the session. Nothing falls back to a file.
 */
export function createOsSecrets(loadKeychain: () => Promise<Keychain> = loadKeytar): SecretStore {
  let probed: Promise<SecretStore> | undefined;
  const chosen = (): Promise<SecretStore> => (probed ??= probe(loadKeychain));
  return {
    persistence: async () => (await chosen()).persistence(),
    read: async (owner) => (await chosen()).read(owner),
    write: async (owner, secrets) => (await chosen()).write(owner, secrets),
    remove: async (owner) => (await chosen()).remove(owner),
  };
}

async function loadKeytar(): Promise<Keychain> {
  // A CommonJS module with a native part: bundlers and Node differ in where its functions appear.
  const module = await import('@github/keytar');
  return 'default' in module ? module.default : module;
}

async function probe(loadKeychain: () => Promise<Keychain>): Promise<SecretStore> {
  try {
    const keychain = await loadKeychain();
    await answerWithin(PROBE_TIMEOUT, keychain.getPassword(SERVICE, 'probe'));
    return createKeychainSecrets(keychain);
  } catch {
    // Any failure means the same to the person: there is no keychain. The notice carries it.
    return createSessionSecrets(NOTICE);
  }
}

function createKeychainSecrets(keychain: Keychain): SecretStore {
  const ask = async <T>(question: Promise<T>): Promise<T> => {
    try {
      return await answerWithin(ANSWER_TIMEOUT, question);
    } catch {
      // The driver's own text can name the entry's content; it stays out of the error.
      throw new AppError({
        code: 'KEYCHAIN_UNAVAILABLE',
        message: 'The OS keychain did not answer.',
        help: 'Unlock the keychain, then try again.',
        retry: 'after-fix',
      });
    }
  };
  return {
    persistence: async () => ({ kind: 'os' }),
    read: async (owner) => readEntry(await ask(keychain.getPassword(SERVICE, owner))),
    write: async (owner, secrets) => {
      await ask(keychain.setPassword(SERVICE, owner, JSON.stringify(secrets)));
    },
    remove: async (owner) => {
      await ask(keychain.deletePassword(SERVICE, owner));
    },
  };
}

/** An entry as it was written; one that something else wrote counts as absent. */
function readEntry(text: string | null): Record<string, string> {
  if (text === null) return {};
  try {
    return Entry.catch({}).parse(JSON.parse(text));
  } catch {
    // Not JSON: not written by Slipway.
    return {};
  }
}

async function answerWithin<T>(milliseconds: number, question: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('no answer'));
    }, milliseconds);
  });
  try {
    return await Promise.race([question, end]);
  } finally {
    clearTimeout(timer);
  }
}
