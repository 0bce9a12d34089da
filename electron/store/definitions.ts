import type BetterSqlite3 from 'better-sqlite3';
import { Activation } from '../domain/activation.ts';
import { Audience } from '../domain/audience.ts';
import { Destination } from '../domain/destination.ts';
import { Journey } from '../domain/journey.ts';
import { CustomerModel } from '../domain/model.ts';
import type { ProfileApi } from '../domain/profile-api.ts';
import { Connection, type Workspace, type WorkspaceModel } from '../domain/workspace.ts';
import { readDocument } from './document.ts';
import { createDocuments } from './documents.ts';
import { createModelDocuments } from './model-documents.ts';
import { createProfileApis } from './profile-apis.ts';
import type { Store, StoredAudience } from './store.ts';

type DefinitionsPart = Pick<
  Store,
  | 'listConnections'
  | 'findConnection'
  | 'saveConnection'
  | 'removeConnection'
  | 'findModel'
  | 'hasModel'
  | 'saveModel'
  | 'listAudiences'
  | 'countAudiences'
  | 'findAudience'
  | 'saveAudience'
  | 'removeAudience'
  | 'listDestinations'
  | 'findDestination'
  | 'saveDestination'
  | 'removeDestination'
  | 'listActivations'
  | 'findActivation'
  | 'saveActivation'
  | 'removeActivation'
  | 'listJourneys'
  | 'findJourney'
  | 'saveJourney'
  | 'removeJourney'
  | 'findProfileApi'
  | 'saveProfileApi'
  | 'exportWorkspace'
  | 'importWorkspace'
>;

interface AudienceRow {
  document: string;
  updated_at: string;
}

/** Connections, models, audiences, destinations, activations and journeys, each a JSON document in the order in which it was made. */
export function createDefinitions(database: BetterSqlite3.Database): DefinitionsPart {
  const connections = createDocuments(database, 'connections', Connection, 'connection');
  const destinations = createDocuments(database, 'destinations', Destination, 'destination');

  const modelOf = database.prepare<[string], { document: string }>(
    'SELECT document FROM models WHERE connection_id = ?',
  );
  const models = database.prepare<[], { connection_id: string; document: string }>(
    'SELECT connection_id, document FROM models ORDER BY position, connection_id',
  );
  const putModel = database.prepare<{ connectionId: string; document: string }>(
    `INSERT INTO models (connection_id, position, document)
     VALUES (@connectionId, (SELECT coalesce(max(position), 0) + 1 FROM models), @document)
     ON CONFLICT (connection_id) DO UPDATE SET document = excluded.document`,
  );
  const anyModelOf = database.prepare<[string]>('SELECT 1 FROM models WHERE connection_id = ?');
  const dropModels = database.prepare('DELETE FROM models');

  const audiencesIn = database.prepare<[string], { audiences: number }>(
    'SELECT count(*) AS audiences FROM audiences WHERE connection_id = ?',
  );
  const audiencesOf = database.prepare<[string], AudienceRow>(
    'SELECT document, updated_at FROM audiences WHERE connection_id = ? ORDER BY position, id',
  );
  const audienceById = database.prepare<[string, string], AudienceRow>(
    'SELECT document, updated_at FROM audiences WHERE connection_id = ? AND id = ?',
  );
  const putAudience = database.prepare<{
    connectionId: string;
    id: string;
    document: string;
    updatedAt: string;
  }>(
    `INSERT INTO audiences (connection_id, id, position, document, updated_at)
     VALUES (@connectionId, @id, (SELECT coalesce(max(position), 0) + 1 FROM audiences), @document, @updatedAt)
     ON CONFLICT (connection_id, id) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at`,
  );
  const dropAudience = database.prepare<[string, string]>(
    'DELETE FROM audiences WHERE connection_id = ? AND id = ?',
  );

  const readAudience = (row: AudienceRow): StoredAudience => ({
    audience: readDocument(Audience, row.document, 'audience'),
    updatedAt: row.updated_at,
  });
  const saveAudience = (connectionId: string, audience: Audience, updatedAt: string): void => {
    putAudience.run({ connectionId, id: audience.id, document: JSON.stringify(audience), updatedAt });
  };
  const activations = createModelDocuments(database, 'activations', Activation, 'activation');
  const journeys = createModelDocuments(database, 'journeys', Journey, 'journey');
  const profileApis = createProfileApis(database);
  const saveWorkspaceModel = (whole: WorkspaceModel, updatedAt: string): void => {
    const {
      connection: connectionId,
      audiences,
      activations: sent,
      journeys: travelled,
      profileApi,
      ...model
    } = whole;
    putModel.run({ connectionId, document: JSON.stringify(model) });
    for (const audience of audiences) saveAudience(connectionId, audience, updatedAt);
    for (const activation of sent) activations.save(connectionId, activation);
    for (const journey of travelled) journeys.save(connectionId, journey);
    if (profileApi !== undefined) profileApis.save(connectionId, profileApi);
  };

  return {
    listConnections: connections.list,
    findConnection: connections.find,
    saveConnection: connections.save,
    removeConnection: connections.remove,
    listDestinations: destinations.list,
    findDestination: destinations.find,
    saveDestination: destinations.save,
    removeDestination: destinations.remove,
    findModel(connectionId) {
      const row = modelOf.get(connectionId);
      return row === undefined ? undefined : readDocument(CustomerModel, row.document, 'model');
    },
    hasModel(connectionId) {
      return anyModelOf.get(connectionId) !== undefined;
    },
    saveModel(connectionId, model) {
      putModel.run({ connectionId, document: JSON.stringify(model) });
    },
    listAudiences(connectionId) {
      return audiencesOf.all(connectionId).map(readAudience);
    },
    countAudiences(connectionId) {
      return audiencesIn.get(connectionId)?.audiences ?? 0;
    },
    findAudience(connectionId, id) {
      const row = audienceById.get(connectionId, id);
      return row === undefined ? undefined : readAudience(row);
    },
    saveAudience,
    removeAudience(connectionId, id) {
      dropAudience.run(connectionId, id);
    },
    listActivations: activations.list,
    findActivation: activations.find,
    saveActivation: activations.save,
    removeActivation: activations.remove,
    listJourneys: journeys.list,
    findJourney: journeys.find,
    saveJourney: journeys.save,
    removeJourney: journeys.remove,
    findProfileApi: profileApis.find,
    saveProfileApi: profileApis.save,
    exportWorkspace() {
      return {
        version: 1,
        connections: connections.list(),
        destinations: destinations.list(),
        models: models.all().map((row) => ({
          connection: row.connection_id,
          ...readDocument(CustomerModel, row.document, 'model'),
          audiences: audiencesOf.all(row.connection_id).map((each) => readAudience(each).audience),
          activations: activations.list(row.connection_id),
          journeys: journeys.list(row.connection_id),
          ...withProfileApi(profileApis.find(row.connection_id)),
        })),
      };
    },
    importWorkspace: database.transaction((workspace: Workspace, updatedAt: string) => {
      dropModels.run();
      // Metadata belongs to an account, not to a definition: it stays where the account is the same.
      for (const old of connections.list()) {
        const next = workspace.connections.find((each) => each.id === old.id);
        if (next === undefined || !sameAccount(old, next)) connections.remove(old.id);
      }
      for (const [index, connection] of workspace.connections.entries()) {
        connections.save(connection);
        connections.place(connection.id, index + 1);
      }
      destinations.clear();
      for (const destination of workspace.destinations) destinations.save(destination);
      for (const model of workspace.models) saveWorkspaceModel(model, updatedAt);
    }),
  };
}

function sameAccount(left: Connection, right: Connection): boolean {
  const facts = ({ kind, settings }: Connection): string =>
    JSON.stringify([kind, Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))]);
  return facts(left) === facts(right);
}

function withProfileApi(profileApi: ProfileApi | undefined): Pick<WorkspaceModel, 'profileApi'> {
  return profileApi === undefined ? {} : { profileApi };
}
