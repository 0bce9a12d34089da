// Destinations whose members and settings change between runs: what was sent to them, and who is held there.
import { onTestFinished } from 'vitest';
import type { VendorRequest, VendorServer } from './vendors/vendor-server.ts';
import {
  type KillWorld,
  type SentRow,
  startFacebookWorld,
  startPinterestWorld,
  startTikTokWorld,
  startWebhookWorld,
} from './kill/worlds.ts';
import { isObject, parseJson } from './vendors/json-shape.ts';

/** A destination with all rows that were sent to it; closed when the test ends. */
export interface ChangeWorld extends Omit<KillWorld, 'held'> {
  readonly vendor: VendorServer;
  /** Rows of requests that added or removed, in the order in which they came. */
  readonly sent: (op: 'add' | 'remove') => SentRow[];
  /** What is held in the end, sorted: whole rows where the vendor keeps people, single identifiers where it keeps those. */
  readonly held: () => string[];
  /** The same of rows that were sent. */
  readonly identify: (rows: readonly SentRow[]) => string[];
}

function watch(
  world: KillWorld,
  opOf: (request: VendorRequest) => string,
  identify: (row: SentRow) => readonly string[],
): ChangeWorld {
  const { vendor } = world;
  if (vendor === undefined) throw new Error('There is no emulator.');
  onTestFinished(world.close);
  const requests: { readonly op: string; readonly rows: readonly SentRow[] }[] = [];
  vendor.fail({
    kind: 'slow',
    ms: 0,
    times: Number.POSITIVE_INFINITY,
    on: (request) => {
      const rows = world.rowsOf(request);
      if (rows !== undefined) requests.push({ op: opOf(request), rows });
      return false;
    },
  });
  return {
    ...world,
    vendor,
    sent: (op) => requests.flatMap((each) => (each.op === op ? each.rows : [])),
    held: () => [...world.held('')].sort(),
    identify: (rows) => [...new Set(rows.flatMap(identify))].sort(),
  };
}

const bodyOf = ({ body }: VendorRequest) => {
  const value = parseJson(body.toString('utf8'));
  return isObject(value) ? value : {};
};
const joined = (row: SentRow): string[] => [row.join('|')];
const single = (row: SentRow): string[] => row.filter((value) => value !== null);

export async function facebookWorld(): Promise<ChangeWorld> {
  return watch(
    await startFacebookWorld('mirror'),
    ({ method }) => (method === 'DELETE' ? 'remove' : 'add'),
    joined,
  );
}

export async function pinterestWorld(): Promise<ChangeWorld> {
  return watch(
    await startPinterestWorld(),
    (request) => (bodyOf(request)['operation_type'] === 'REMOVE' ? 'remove' : 'add'),
    joined,
  );
}

export async function tiktokWorld(): Promise<ChangeWorld> {
  return watch(
    await startTikTokWorld(),
    (request) => (bodyOf(request)['action'] === 'delete' ? 'remove' : 'add'),
    single,
  );
}

export async function webhookWorld(): Promise<ChangeWorld> {
  return watch(await startWebhookWorld(), (request) => String(bodyOf(request)['op']), joined);
}
