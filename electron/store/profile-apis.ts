import type BetterSqlite3 from 'better-sqlite3';
import { ProfileApi, type ReadCount } from '../domain/profile-api.ts';
import { readDocument } from './document.ts';

/** The Profile API of each connection, one document each; it goes with the model. */
export function createProfileApis(database: BetterSqlite3.Database) {
  const byConnection = database.prepare<[string], { document: string }>(
    'SELECT document FROM profile_apis WHERE connection_id = ?',
  );
  const put = database.prepare<{ connectionId: string; document: string }>(
    `INSERT INTO profile_apis (connection_id, document) VALUES (@connectionId, @document)
     ON CONFLICT (connection_id) DO UPDATE SET document = excluded.document`,
  );
  return {
    find(connectionId: string): ProfileApi | undefined {
      const row = byConnection.get(connectionId);
      return row === undefined ? undefined : readDocument(ProfileApi, row.document, 'profile API');
    },
    save(connectionId: string, profileApi: ProfileApi): void {
      put.run({ connectionId, document: JSON.stringify(profileApi) });
    },
  };
}

/** The audit log of the Profile API: how many profiles each key read, by minute. */
export function createProfileReads(database: BetterSqlite3.Database) {
  const add = database.prepare<ReadCount & { connectionId: string }>(
    `INSERT INTO profile_reads (connection_id, minute, key_id, requests, profiles, missing, refused)
     VALUES (@connectionId, @minute, @keyId, @requests, @profiles, @missing, @refused)
     ON CONFLICT (connection_id, minute, key_id) DO UPDATE SET
       requests = requests + excluded.requests, profiles = profiles + excluded.profiles,
       missing = missing + excluded.missing, refused = refused + excluded.refused`,
  );
  const newest = database.prepare<[string, number], ReadCount>(
    `SELECT minute, key_id AS keyId, requests, profiles, missing, refused FROM profile_reads
     WHERE connection_id = ? ORDER BY minute DESC, key_id LIMIT ?`,
  );
  return {
    addProfileReads: database.transaction((connectionId: string, counts: readonly ReadCount[]) => {
      for (const each of counts) add.run({ connectionId, ...each });
    }),
    listProfileReads: (connectionId: string, limit: number): ReadCount[] => newest.all(connectionId, limit),
  };
}
