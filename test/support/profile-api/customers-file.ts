import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProfileApiForm } from '../../../electron/contract/contract.ts';
import { ProfileApi } from '../../../electron/domain/profile-api.ts';
import type { Services } from '../../../electron/services/index.ts';

/** The connection that {@link connectCustomers} makes. */
export const FILES = 'files';

const text = { kind: 'text', native: 'VARCHAR' } as const;

/** Connects a new folder with one CSV file of customers, `id` and some columns of text, and maps it. @returns the path of the file */
export async function connectCustomers(services: Services, folder: string, csv: string): Promise<string> {
  const file = join(folder, 'customers.csv');
  mkdirSync(folder);
  writeFileSync(file, csv);
  await services.connections.save({
    label: 'Files',
    kind: 'duckdb',
    settings: { path: folder },
    secrets: {},
  });
  await services.catalog.refresh(FILES, {});
  const [header = ''] = csv.split('\n');
  const columns = header.split(',').filter((column) => column !== 'id');
  services.models.save(FILES, {
    customer: {
      label: 'Customer',
      table: { catalog: FILES, schema: 'default', table: 'customers' },
      idColumn: 'id',
      attributes: [
        { column: 'id', label: 'Id', type: text, pii: 'customer-id' },
        ...columns.map((column) => ({ column, label: column, type: text })),
      ],
    },
    entities: [],
    traits: [],
  });
  return file;
}

/** A Profile API on a free port with a part for each of these columns of the customer, named by it. */
export function formOfColumns(columns: readonly string[]): ProfileApiForm {
  const { isOn: _, keys: __, ...empty } = ProfileApi.parse({ port: 0 });
  const parts = columns.map((column) => ({
    id: column,
    name: column,
    columns: [{ kind: 'attribute' as const, entity: 'customer', column }],
    audiences: [],
  }));
  return { ...empty, parts };
}
