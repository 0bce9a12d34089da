import { randomBytes } from 'node:crypto';
import type { LakehouseAddress } from './address.ts';
import { makeCertificate } from './certificate.ts';
import { serveControl } from './control.ts';
import { makeCalls } from './gateway/calls.ts';
import { Faults } from './gateway/faults.ts';
import { openGateway, WAREHOUSE_PATH } from './gateway/gateway.ts';
import { Grants } from './gateway/grants.ts';
import { StatementLog } from './gateway/statement-log.ts';
import { Tokens } from './gateway/tokens.ts';
import type { SparkClient } from './spark/spark-client.ts';

/** A workspace that is open: the gateway and its control. */
export interface OpenWorkspace {
  readonly address: LakehouseAddress;
  close(): Promise<void>;
}

/**
 * Opens a workspace with new tokens over an engine that runs. `folder` gets the certificate; `readable` are the names
 * that the users `reader` and `principal` may use and read.
 */
export async function openWorkspace(
  spark: SparkClient,
  folder: string,
  readable: readonly string[],
): Promise<OpenWorkspace> {
  const tokens = { owner: newToken(), reader: newToken(), outsider: newToken() };
  const oauth = { clientId: `client-${randomBytes(8).toString('hex')}`, clientSecret: newToken() };
  const grants = new Grants(['owner']);
  for (const name of readable) {
    grants.grant('reader', name);
    grants.grant('principal', name);
  }
  const log = new StatementLog();
  const faults = new Faults();
  const { key, certificate, authorityFile } = makeCertificate(folder);
  const { calls, close: closeCalls } = makeCalls({ spark, grants, log });
  const gateway = await openGateway({
    key,
    certificate,
    calls,
    faults,
    tokens: new Tokens(
      { [tokens.owner]: 'owner', [tokens.reader]: 'reader', [tokens.outsider]: 'outsider' },
      { ...oauth, principal: 'principal' },
    ),
    mayUse: (user) => user !== 'outsider',
  });
  const control = await serveControl({ log, faults, grants });
  return {
    address: {
      host: 'localhost',
      port: gateway.port,
      path: WAREHOUSE_PATH,
      tokens,
      oauth,
      certificateFile: authorityFile,
      controlUrl: control.url,
    },
    close: async () => {
      control.close();
      await closeCalls();
      await gateway.close();
    },
  };
}

/** A token in the form of Databricks' personal ones. */
function newToken(): string {
  return `dapi${randomBytes(16).toString('hex')}`;
}
