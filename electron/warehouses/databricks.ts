import { databricksDialect } from './databricks-dialect.ts';
import { readCompute } from './databricks-permissions.ts';
import { DatabricksSession } from './databricks-session.ts';
import { readAddress } from './databricks-settings.ts';
import { defineWarehouse } from './warehouse.ts';

/** A Databricks SQL warehouse. */
export const databricks = defineWarehouse({
  kind: 'databricks',
  label: 'Databricks',
  description: 'A SQL warehouse of a Databricks workspace. Queries run there; only their results come here.',
  settings: [
    {
      key: 'host',
      label: 'Server hostname',
      kind: 'text',
      required: true,
      placeholder: 'adb-123.4.azuredatabricks.net',
      help: 'From the connection details of the SQL warehouse; a pasted URL is fine.',
    },
    {
      key: 'path',
      label: 'HTTP path',
      kind: 'text',
      required: true,
      placeholder: '/sql/1.0/warehouses/…',
    },
    { key: 'port', label: 'Port', kind: 'number', required: true, initial: 443 },
    {
      key: 'token',
      label: 'Access token',
      kind: 'secret',
      required: true,
      help: 'A personal access token. It is kept in the keychain of this computer only.',
    },
    {
      key: 'catalog',
      label: 'Catalog',
      kind: 'text',
      required: false,
      help: 'Limits discovery to one catalog; empty for all that the account sees.',
    },
  ],
  dialect: databricksDialect,
  compute: readCompute,
  tableSizes: true,
  async open({ settings, secrets }) {
    return new DatabricksSession(readAddress(settings, secrets));
  },
});
