import type { ServiceContext } from './context.ts';

/** What the app is and what the person must know of it. */
export interface Status {
  readonly version: string;
  readonly home: string;
  readonly keychain: 'os' | 'session';
  readonly notices: string[];
}

/** The version, where definitions are kept, and notices: no keychain, a damaged store kept aside. */
export async function readStatus({ version, home, secrets, store }: ServiceContext): Promise<Status> {
  const { kind, notice } = await secrets.persistence();
  const notices = [...store.notices, ...(notice === undefined ? [] : [notice])];
  return { version, home, keychain: kind, notices };
}
