import { writeFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { AppError } from '../domain/app-error.ts';
import type {
  GrantRequest,
  PermissionOutline,
  PermissionReport,
  Principal,
  SchemaPath,
} from '../domain/permission.ts';
import { allEntities } from '../domain/model.ts';
import { formatTablePath } from '../domain/table-path.ts';
import { compileGrantScript } from '../sql/index.ts';
import type { ActOptions } from '../warehouses/warehouse.ts';
import type { ServiceContext } from './context.ts';
import { notFound, requireConnection, requireKind } from './find-definitions.ts';
import { checkPermissions } from './permission-check.ts';
import type { WarehouseSessions } from './warehouse-sessions.ts';

/** What the principal of a connection needs to be granted: as a script, and as a check of what it holds. */
export function createPermissions(context: ServiceContext, sessions: WarehouseSessions) {
  const { store, warehouses, clock } = context;

  const computeOf = (connectionId: string) => {
    const connection = requireConnection(store, connectionId);
    const kind = requireKind(warehouses, connection.kind);
    return {
      kind,
      compute: kind.compute?.(connection.settings),
      state: kind.stateSchema?.(connection.settings),
    };
  };

  const requireCompute = (connectionId: string) => {
    const { kind, compute, state } = computeOf(connectionId);
    if (compute !== undefined) return { kind, compute, state };
    throw notFound(`Connections of the kind ${kind.label} have no permissions to grant.`);
  };

  const script = (connectionId: string, request: GrantRequest): string => {
    const { kind, compute, state } = requireCompute(connectionId);
    const tables = request.tables.map((table) => {
      const columns = store.findTable(connectionId, table.path)?.columns.map((column) => column.name);
      refuseUnknownColumns(table, columns);
      return { ...table, columns: columns ?? [] };
    });
    return compileGrantScript({ ...withState(request, state), ...compute, tables }, kind.dialect);
  };

  return {
    outline(connectionId: string): PermissionOutline {
      const { compute } = computeOf(connectionId);
      const model = store.findModel(connectionId);
      const tables = new Map<string, PermissionOutline['tables'][number]>();
      for (const entity of model === undefined ? [] : allEntities(model)) {
        const key = formatTablePath(entity.table);
        const known = tables.get(key);
        const needed = [entity.key, ...(entity.timeColumn === undefined ? [] : [entity.timeColumn])];
        const names =
          store.findTable(connectionId, entity.table)?.columns.map((column) => column.name) ??
          entity.attributes.map((attribute) => attribute.column);
        const columns = names.map((name) => ({
          name,
          needed:
            needed.includes(name) ||
            known?.columns.some((each) => each.name === name && each.needed) === true,
        }));
        tables.set(key, { path: entity.table, labels: [...(known?.labels ?? []), entity.label], columns });
      }
      return {
        grantable: compute !== undefined,
        host: compute?.host ?? '',
        warehouse: compute?.warehouse ?? '',
        tables: [...tables.values()],
      };
    },

    /** @throws AppError NOT_FOUND, COLUMN_MISSING where a column to leave out is not known, IDENTIFIER_INVALID */
    script: (connectionId: string, request: GrantRequest): { text: string } => ({
      text: script(connectionId, request),
    }),

    /** Writes the script to a file that the person chose. @throws AppError TARGET_UNWRITABLE */
    async saveScript(connectionId: string, request: GrantRequest, path: string): Promise<void> {
      const text = script(connectionId, request);
      if (!isAbsolute(path)) throw unwritable(path);
      try {
        await writeFile(path, text);
      } catch (cause) {
        throw unwritable(path, cause);
      }
    },

    /** Checks the needs of a principal; without one, of the account that the connection signs in with. Never writes. */
    async check(
      connectionId: string,
      request: Omit<GrantRequest, 'principal'> & { readonly principal?: Principal | undefined },
      options: ActOptions,
    ): Promise<PermissionReport> {
      const { kind, compute, state } = requireCompute(connectionId);
      return sessions.use(connectionId, options, async ({ permissions: reader }, passed) => {
        if (reader === undefined) throw notFound(`${kind.label} tells nothing of permissions.`);
        const principal = request.principal ?? guessKind(await reader.account(passed));
        const whole: GrantRequest = { ...withState(request, state), principal };
        const { warehouse } = compute;
        return checkPermissions(
          { request: whole, warehouse, reader, dialect: kind.dialect, asOf: clock() },
          passed,
        );
      });
    },
  };
}

/** The request with the state schema of the connection, where it names no schema to write to itself. */
function withState<T extends Pick<GrantRequest, 'writable'>>(request: T, state: SchemaPath | undefined): T {
  return request.writable !== undefined || state === undefined ? request : { ...request, writable: state };
}

function unwritable(path: string, cause?: unknown): AppError {
  const shape = {
    code: 'TARGET_UNWRITABLE' as const,
    message: `The file ${path} cannot be written.`,
    help: 'Choose another folder, or copy the script.',
    retry: 'after-fix' as const,
  };
  return new AppError(shape, { cause });
}

/** Databricks names a user by e-mail and a service principal by a UUID. */
function guessKind(name: string): Principal {
  return { kind: /^[0-9a-f-]{36}$/i.test(name) ? 'service-principal' : 'user', name };
}

/** A view of the other columns needs to know them; all of them left out would leave none. */
function refuseUnknownColumns(
  { path, leaveOut }: GrantRequest['tables'][number],
  columns: readonly string[] | undefined,
): void {
  if (leaveOut.length === 0) return;
  const table = formatTablePath(path);
  const unknown = leaveOut.find((name) => columns?.includes(name) !== true);
  const none = columns?.every((name) => leaveOut.includes(name)) === true;
  if (unknown === undefined && !none) return;
  throw new AppError({
    code: 'COLUMN_MISSING',
    message: none
      ? `All columns of ${table} are left out.`
      : `The column ${unknown ?? ''} of ${table} is not in the catalog as it was read.`,
    help: none ? 'Keep at least one column, or remove the table.' : 'Refresh the catalog, then choose again.',
    retry: 'after-fix',
  });
}
