import type { AppError } from '../domain/app-error.ts';
import type { ServerSession } from './databricks-connection.ts';
import type { MetadataReader } from './databricks-discovery.ts';
import type { BeginOperation } from './databricks-operation.ts';
import type { ResultPart } from './result-part.ts';
import { readRows } from './databricks-value.ts';

/** Runs an operation and gives its column names and its rows, part by part. */
export type RunOperation = (begin: BeginOperation) => AsyncIterable<{
  readonly names: readonly string[];
  readonly part: ResultPart;
}>;

/** The metadata calls of the driver over a connection; rows as objects by the names of the protocol. */
export function createMetadataReader(
  run: RunOperation,
  mapError: (error: unknown) => Promise<AppError>,
): MetadataReader {
  async function* read(begin: BeginOperation): AsyncGenerator<object[]> {
    for await (const { names, part } of run(begin)) {
      yield readRows(part, []).map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
    }
  }
  const readAll = async (begin: BeginOperation): Promise<object[]> => {
    const rows: object[] = [];
    for await (const chunk of read(begin)) rows.push(...chunk);
    return rows;
  };
  const of = ({ handle }: ServerSession) => ({ sessionHandle: handle, runAsync: true });
  return {
    catalogs: () =>
      readAll((session) => session.driver.getCatalogs(new session.wire.TGetCatalogsReq(of(session)))),
    schemas: (catalogName) =>
      readAll((session) =>
        session.driver.getSchemas(new session.wire.TGetSchemasReq({ ...of(session), catalogName })),
      ),
    tables: (catalogName, schemaName) =>
      readAll((session) =>
        session.driver.getTables(new session.wire.TGetTablesReq({ ...of(session), catalogName, schemaName })),
      ),
    columns: (catalogName, schemaName, tableName) =>
      read((session) => {
        const named = tableName === undefined ? {} : { tableName };
        const asked = { ...of(session), catalogName, schemaName, ...named };
        return session.driver.getColumns(new session.wire.TGetColumnsReq(asked));
      }),
    mapError,
  };
}
