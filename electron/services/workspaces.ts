import { type FieldSpec, type Settings, checkSettings } from '../domain/field-spec.ts';
import { type Problem, errorAt } from '../domain/problem.ts';
import type { Workspace, WorkspaceModel } from '../domain/workspace.ts';
import {
  type WorkspaceFile,
  readWorkspaceFile,
  requireWorkspace,
  writeWorkspaceFile,
} from '../domain/workspace-file.ts';
import type { ProfileApis } from './profile-apis.ts';
import type { ServiceContext } from './context.ts';
import type { ModelRunner } from './model-runner.ts';
import type { WarehouseSessions } from './warehouse-sessions.ts';

/** What an import replaced, or would replace; `problems` are warnings only. */
export interface ImportResult {
  readonly connections: number;
  readonly audiences: number;
  readonly problems: Problem[];
}

/** The workspace as code: all definitions in one file, without secrets. */
export function createWorkspaces(
  context: ServiceContext,
  sessions: WarehouseSessions,
  runner: ModelRunner,
  profileApis: ProfileApis,
) {
  const { store, warehouses, destinations, clock } = context;
  const read = (text: string): WorkspaceFile =>
    readWorkspaceFile(text, (workspace) => [
      ...checkKinds('connections', workspace.connections, warehouses),
      ...checkKinds('destinations', workspace.destinations, destinations),
    ]);

  /** A file without the newest versions of a journey, such as one that holds drafts only, takes none back: customers are inside. */
  const withPublished = (model: WorkspaceModel): WorkspaceModel => ({
    ...model,
    journeys: model.journeys.map((journey) => {
      const known = store.findJourney(model.connection, journey.id);
      if (known === undefined || known.versions.length <= journey.versions.length) return journey;
      return { ...journey, status: known.status, versions: known.versions };
    }),
  });

  /** Replaces all definitions, in one transaction; secrets, runs and published versions stay. */
  /** A file that was written before a key was revoked does not open it again. */
  const withRevoked = (model: WorkspaceModel): WorkspaceModel => {
    const { profileApi } = model;
    if (profileApi === undefined) return model;
    const revoked = new Map(
      store.findProfileApi(model.connection)?.keys.map(({ sha256, revokedAt }) => [sha256, revokedAt]),
    );
    const keys = profileApi.keys.map((key) => {
      const revokedAt = key.revokedAt ?? revoked.get(key.sha256);
      return revokedAt === undefined ? key : { ...key, revokedAt };
    });
    return { ...model, profileApi: { ...profileApi, keys } };
  };

  const replace = (workspace: Workspace): void => {
    const before = store.listConnections();
    const models = workspace.models.map(withPublished).map(withRevoked);
    store.importWorkspace({ ...workspace, models }, clock());
    for (const { id } of [...before, ...workspace.connections]) {
      sessions.retire(id);
      runner.forget(id);
    }
    void profileApis.follow();
  };

  return {
    /** The file's text. Reading it back gives the same definitions. */
    export: (): { text: string } => ({ text: writeWorkspaceFile(store.exportWorkspace()) }),

    /** What is wrong with a file, errors and warnings, each with its line and path. */
    check: (text: string): { workspace: Workspace | undefined; problems: Problem[] } => {
      const file = read(text);
      return { workspace: file.workspace, problems: [...file.problems] };
    },

    /** Replaces all definitions by those of the file and returns them. @throws AppError WORKSPACE_INVALID; then nothing changed */
    load(text: string): Workspace {
      const workspace = requireWorkspace(read(text));
      replace(workspace);
      return workspace;
    },

    /**
     * Replaces all definitions by those of the file, in one transaction; secrets and runs stay.
     * @throws AppError WORKSPACE_INVALID with line and path; then nothing changed
     */
    import(text: string, checkOnly: boolean): ImportResult {
      const file = read(text);
      const workspace = requireWorkspace(file);
      if (!checkOnly) replace(workspace);
      return {
        connections: workspace.connections.length,
        audiences: workspace.models.reduce((sum, model) => sum + model.audiences.length, 0),
        problems: [...file.problems],
      };
    },
  };
}

/** What connections or destinations have in common for a check: an account of a kind that has a form. */
interface Account {
  readonly kind: string;
  readonly settings: Settings;
}
interface Kind {
  readonly kind: string;
  readonly label: string;
  readonly settings: readonly FieldSpec[];
}

function checkKinds(
  list: 'connections' | 'destinations',
  accounts: readonly Account[],
  kinds: readonly Kind[],
): Problem[] {
  return accounts.flatMap((account, at) => {
    const where = `${list}[${at}]`;
    const kind = kinds.find((each) => each.kind === account.kind);
    if (kind !== undefined) return checkAccount(account, kind, where);
    const word = list === 'connections' ? 'connection' : 'destination';
    const known = kinds.map((each) => each.kind).join(', ');
    const message = `There is no kind of ${word} “${account.kind}”.`;
    return [errorAt(`${where}.kind`, message, `Write one of: ${known}.`)];
  });
}

function checkAccount({ settings }: Account, kind: Kind, where: string): Problem[] {
  const secretKeys = kind.settings.filter((field) => field.kind === 'secret').map((field) => field.key);
  const problem = (key: string, message: string, help: string): Problem =>
    errorAt(`${where}.settings.${key}`, message, help);
  const strays = Object.keys(settings).flatMap((key) => {
    if (secretKeys.includes(key)) {
      const message = `“${key}” is a secret and does not belong in a workspace file.`;
      return [problem(key, message, 'Remove it, change it where it is used, and enter it in its form.')];
    }
    if (kind.settings.some((field) => field.key === key)) return [];
    return [problem(key, `${kind.label} has no setting “${key}”.`, 'Check its spelling, or remove it.')];
  });
  const wrong = Object.entries(checkSettings(kind.settings, settings, {}, secretKeys)).map(([key, message]) =>
    problem(key, message, 'Correct the setting.'),
  );
  return [...strays, ...wrong];
}
