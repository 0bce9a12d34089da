import { AppError } from '../domain/app-error.ts';
import type { TableMetadata } from '../domain/catalog.ts';
import { checkModel } from '../domain/check-model.ts';
import type { CustomerModel } from '../domain/model.ts';
import { type Problem, hasErrors } from '../domain/problem.ts';
import type { Readiness } from '../domain/readiness.ts';
import { type TablePath, formatTablePath } from '../domain/table-path.ts';
import { compileCustomerView } from '../sql/index.ts';
import type { ActOptions } from '../warehouses/warehouse.ts';
import type { ServiceContext } from './context.ts';
import { findModelTables, requireConnection, requireKind, requireModel } from './find-definitions.ts';
import type { ModelRunner } from './model-runner.ts';
import { suggestModel } from './suggest-model.ts';

/** The most tables that a suggestion looks at. */
const MOST_CANDIDATES = 200;

/** The customer model of each connection. */
export function createModels(context: ServiceContext, runner: ModelRunner) {
  const { store, warehouses } = context;
  return {
    /** The model, where there is one, with what is wrong with it by itself and against the catalog as it was read. */
    get(connectionId: string): { model: CustomerModel | null; problems: Problem[] } {
      requireConnection(store, connectionId);
      const model = store.findModel(connectionId);
      if (model === undefined) return { model: null, problems: [] };
      return { model, problems: checkModel(model, findModelTables(store, connectionId, model)) };
    },

    /** Saves the model unless it has errors. @returns what is wrong with it; with an error among it, nothing was saved */
    save(connectionId: string, model: CustomerModel): { problems: Problem[] } {
      requireConnection(store, connectionId);
      const problems = checkModel(model, findModelTables(store, connectionId, model));
      if (!hasErrors(problems)) {
        store.saveModel(connectionId, model);
        runner.forget(connectionId);
      }
      return { problems };
    },

    /** A first model from the catalog as it was read. @throws AppError TABLE_MISSING, COLUMN_MISSING */
    suggest(connectionId: string, path: TablePath, idColumn: string): CustomerModel {
      requireConnection(store, connectionId);
      const customer = store.findTable(connectionId, path);
      if (customer === undefined) throw missing('TABLE_MISSING', `The table ${formatTablePath(path)}`);
      if (!customer.columns.some((column) => column.name === idColumn)) {
        throw missing('COLUMN_MISSING', `The column ${idColumn} of ${formatTablePath(path)}`);
      }
      const candidates = store
        .searchTables(connectionId, idColumn, MOST_CANDIDATES)
        .map((summary) => store.findTable(connectionId, summary.path))
        .filter((table) => table !== undefined)
        .sort((left, right) => compareCandidates(left, right, path));
      return suggestModel(customer, idColumn, candidates);
    },

    readiness: (connectionId: string, options: ActOptions): Promise<Readiness> =>
      runner.readiness(connectionId, options),

    viewSql(connectionId: string): { sql: string } {
      const model = requireModel(store, connectionId);
      const { dialect } = requireKind(warehouses, requireConnection(store, connectionId).kind);
      return { sql: compileCustomerView(model, dialect) };
    },
  };
}

/** Tables of the customer's own schema first, then of its catalog, each by name. */
function compareCandidates(left: TableMetadata, right: TableMetadata, near: TablePath): number {
  const distance = ({ path }: TableMetadata): number =>
    path.catalog !== near.catalog ? 2 : path.schema !== near.schema ? 1 : 0;
  const names = [left, right].map(({ path }) => formatTablePath(path));
  return distance(left) - distance(right) || ((names[0] ?? '') < (names[1] ?? '') ? -1 : 1);
}

function missing(code: 'TABLE_MISSING' | 'COLUMN_MISSING', what: string): AppError {
  return new AppError({
    code,
    message: `${what} is not in the catalog as it was read.`,
    help: 'Refresh the catalog, or choose another one.',
    retry: 'after-fix',
  });
}
