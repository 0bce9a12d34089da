import type { Secrets, Settings } from '../../../electron/domain/field-spec.ts';
import { DatabricksSession } from '../../../electron/warehouses/databricks-session.ts';
import { readAddress } from '../../../electron/warehouses/databricks-settings.ts';
import { LIMITS, type Limits } from '../../../electron/warehouses/databricks-wait.ts';
import type { LakehouseAddress } from '../../support/lakehouse/address.ts';

/** The settings of a connection to the lakehouse. */
export function settingsOf({ host, port, path, certificateFile }: LakehouseAddress): Settings {
  return { host, port, path, authority: certificateFile };
}

/** Opens the product's own warehouse on the lakehouse, as its owner unless `given` says otherwise. */
export function openDatabricks(
  address: LakehouseAddress,
  given: { readonly settings?: Settings; readonly secrets?: Secrets; readonly limits?: Partial<Limits> } = {},
): DatabricksSession {
  const settings = { ...settingsOf(address), ...given.settings };
  const secrets = given.secrets ?? { token: address.tokens.owner };
  return new DatabricksSession(readAddress(settings, secrets), { ...LIMITS, ...given.limits });
}
