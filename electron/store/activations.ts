import type BetterSqlite3 from 'better-sqlite3';
import { Activation } from '../domain/activation.ts';
import { readDocument } from './document.ts';
import type { Store } from './store.ts';

type ActivationsPart = Pick<
  Store,
  'listActivations' | 'findActivation' | 'saveActivation' | 'removeActivation'
>;

/** Activations of a model, each a JSON document in the order in which it was made; they go with the model. */
export function createActivations(database: BetterSqlite3.Database): ActivationsPart {
  const ofModel = database.prepare<[string], { document: string }>(
    'SELECT document FROM activations WHERE connection_id = ? ORDER BY position, id',
  );
  const byId = database.prepare<[string, string], { document: string }>(
    'SELECT document FROM activations WHERE connection_id = ? AND id = ?',
  );
  const put = database.prepare<{ connectionId: string; id: string; document: string }>(
    `INSERT INTO activations (connection_id, id, position, document)
     VALUES (@connectionId, @id, (SELECT coalesce(max(position), 0) + 1 FROM activations), @document)
     ON CONFLICT (connection_id, id) DO UPDATE SET document = excluded.document`,
  );
  const drop = database.prepare<[string, string]>(
    'DELETE FROM activations WHERE connection_id = ? AND id = ?',
  );
  const read = (row: { document: string }): Activation =>
    readDocument(Activation, row.document, 'activation');
  return {
    listActivations: (connectionId) => ofModel.all(connectionId).map(read),
    findActivation(connectionId, id) {
      const row = byId.get(connectionId, id);
      return row === undefined ? undefined : read(row);
    },
    saveActivation(connectionId, activation) {
      put.run({ connectionId, id: activation.id, document: JSON.stringify(activation) });
    },
    removeActivation(connectionId, id) {
      drop.run(connectionId, id);
    },
  };
}
