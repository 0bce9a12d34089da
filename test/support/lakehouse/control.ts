import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { Fault, Faults } from './gateway/faults.ts';
import type { Grants } from './gateway/grants.ts';
import type { LoggedStatement, StatementLog } from './gateway/statement-log.ts';

/** Looks into a running lakehouse and makes it misbehave. */
export interface LakehouseControl {
  /** Every statement since the log was cleared, in order. */
  statements(): Promise<readonly LoggedStatement[]>;
  /** The ids of the statements whose cancel reached the engine. */
  cancelled(): Promise<readonly string[]>;
  clearStatements(): Promise<void>;
  /** Sets a fault beside those that are set. */
  fault(fault: Fault): Promise<void>;
  /** Takes all faults back; expired tokens count again. */
  clearFaults(): Promise<void>;
  /** Lets a user read a table (three parts), or use a schema (two) or a catalog (one). */
  grant(user: string, name: string): Promise<void>;
  revoke(user: string, name: string): Promise<void>;
}

/** One call of the control as it travels. */
type ControlCall =
  | { readonly call: 'statements' | 'cancelled' | 'clearStatements' | 'clearFaults' }
  | { readonly call: 'fault'; readonly fault: Fault }
  | { readonly call: 'grant' | 'revoke'; readonly user: string; readonly name: string };

/** Connects to the control of a running lakehouse. A lakehouse that is gone rejects every call. */
export function connectControl(url: string): LakehouseControl {
  const send = async (call: ControlCall): Promise<unknown> => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(call) });
    if (!response.ok) throw new Error(`The lakehouse's control answered ${response.status}.`);
    return await response.json();
  };
  return {
    statements: async () => (await send({ call: 'statements' })) as readonly LoggedStatement[],
    cancelled: async () => (await send({ call: 'cancelled' })) as readonly string[],
    clearStatements: async () => {
      await send({ call: 'clearStatements' });
    },
    fault: async (fault) => {
      await send({ call: 'fault', fault });
    },
    clearFaults: async () => {
      await send({ call: 'clearFaults' });
    },
    grant: async (user, name) => {
      await send({ call: 'grant', user, name });
    },
    revoke: async (user, name) => {
      await send({ call: 'revoke', user, name });
    },
  };
}

/** What the control works on. */
export interface ControlParts {
  readonly log: StatementLog;
  readonly faults: Faults;
  readonly grants: Grants;
}

/** Serves the control on a free port of this machine, under a path that only the address tells. */
export async function serveControl(parts: ControlParts): Promise<{ url: string; close: () => void }> {
  const path = `/${randomBytes(16).toString('hex')}`;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString('utf8')));
    request.on('end', () => {
      if (request.url !== path) response.writeHead(404).end();
      else response.end(JSON.stringify(runCall(parts, JSON.parse(text) as ControlCall) ?? null));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}${path}`, close };
}

function runCall({ log, faults, grants }: ControlParts, call: ControlCall): unknown {
  switch (call.call) {
    case 'statements':
      return log.statements();
    case 'cancelled':
      return log.cancelled();
    case 'clearStatements':
      log.clear();
      return null;
    case 'clearFaults':
      faults.clear();
      return null;
    case 'fault':
      faults.set(call.fault);
      return null;
    case 'grant':
      grants.grant(call.user, call.name);
      return null;
    case 'revoke':
      grants.revoke(call.user, call.name);
      return null;
  }
}
