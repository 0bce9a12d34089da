import { databricksDialect } from './databricks-dialect.ts';
import { readCompute } from './databricks-permissions.ts';
import { DatabricksSession } from './databricks-session.ts';
import { DATABRICKS_SETTINGS, readAddress } from './databricks-settings.ts';
import { findStateSchema } from './databricks-state.ts';
import { defineWarehouse } from './warehouse.ts';

/** A Databricks SQL warehouse. */
export const databricks = defineWarehouse({
  kind: 'databricks',
  label: 'Databricks',
  description: 'A SQL warehouse of a Databricks workspace. Queries run there; only their results come here.',
  settings: DATABRICKS_SETTINGS,
  dialect: databricksDialect,
  compute: readCompute,
  tableSizes: true,
  stateSchema: findStateSchema,
  async open({ settings, secrets }) {
    return new DatabricksSession(readAddress(settings, secrets));
  },
});
