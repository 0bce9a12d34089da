import { AppError } from '../domain/app-error.ts';
import type { TableMetadata } from '../domain/catalog.ts';
import type { Definitions } from '../domain/composition.ts';
import { type CustomerModel, allEntities } from '../domain/model.ts';
import type { SchemaPath } from '../domain/permission.ts';
import type { Connection } from '../domain/workspace.ts';
import type { Store, StoredAudience } from '../store/store.ts';
import type { WarehouseKind } from '../warehouses/warehouse.ts';
import type { ServiceContext } from './context.ts';

/** The connection. @throws AppError NOT_FOUND */
export function requireConnection(store: Store, id: string): Connection {
  const connection = store.findConnection(id);
  if (connection === undefined) throw notFound(`The connection “${id}” does not exist.`);
  return connection;
}

/** The kind of warehouse. @throws AppError NOT_FOUND */
export function requireKind(warehouses: readonly WarehouseKind[], kind: string): WarehouseKind {
  const found = warehouses.find((each) => each.kind === kind);
  if (found !== undefined) return found;
  const kinds = warehouses.map((each) => each.kind).join(', ');
  throw notFound(`There is no kind of connection “${kind}”.`, `Choose one of: ${kinds}.`);
}

/** The schema that a connection may write to; undefined where there is none. @throws AppError NOT_FOUND */
export function findStateSchemaOf(
  { store, warehouses }: Pick<ServiceContext, 'store' | 'warehouses'>,
  connectionId: string,
): SchemaPath | undefined {
  const { kind, settings } = requireConnection(store, connectionId);
  return requireKind(warehouses, kind).stateSchema?.(settings);
}

/** The model of a connection. @throws AppError NOT_FOUND, MODEL_MISSING */
export function requireModel(store: Store, connectionId: string): CustomerModel {
  const { label } = requireConnection(store, connectionId);
  const model = store.findModel(connectionId);
  if (model !== undefined) return model;
  throw new AppError({
    code: 'MODEL_MISSING',
    message: `${label} has no customer model yet.`,
    help: 'Choose the customer table and its id on the Model page.',
    retry: 'after-fix',
  });
}

/** The saved audience. @throws AppError NOT_FOUND */
export function requireAudience(store: Store, connectionId: string, id: string): StoredAudience {
  requireConnection(store, connectionId);
  const audience = store.findAudience(connectionId, id);
  if (audience === undefined) throw notFound(`The audience “${id}” does not exist.`);
  return audience;
}

/** The model and the audiences that rules of this connection refer to. @throws AppError NOT_FOUND, MODEL_MISSING */
export function findDefinitions(store: Store, connectionId: string): Definitions {
  const model = requireModel(store, connectionId);
  return { model, audiences: store.listAudiences(connectionId).map((each) => each.audience) };
}

/** The stored metadata of the model's tables, or undefined where the catalog was never read. */
export function findModelTables(
  store: Store,
  connectionId: string,
  model: CustomerModel,
): TableMetadata[] | undefined {
  if (store.catalogAsOf(connectionId) === undefined) return undefined;
  return allEntities(model)
    .map((entity) => store.findTable(connectionId, entity.table))
    .filter((table) => table !== undefined);
}

/** The error of something that is not there. */
export function notFound(
  message: string,
  help = 'It may have been removed meanwhile. Go back to the list.',
): AppError {
  return new AppError({ code: 'NOT_FOUND', message, help, retry: 'no' });
}
