// Definitions, runs and entries that tests put into a store.
import type { Activation } from '../../electron/domain/activation.ts';
import type { Destination } from '../../electron/domain/destination.ts';
import type { EgressEntry } from '../../electron/domain/egress.ts';
import type { CustomerModel } from '../../electron/domain/model.ts';
import type { ActivationRun, RunBatch } from '../../electron/domain/run.ts';
import type { Connection } from '../../electron/domain/workspace.ts';

export const NOW = '2026-11-01T12:00:00.000Z';

export const shop: Connection = { id: 'shop', label: 'Shop', kind: 'duckdb', settings: {} };

export const model: CustomerModel = {
  customer: {
    label: 'Customer',
    table: { catalog: 'c', schema: 's', table: 't' },
    idColumn: 'id',
    attributes: [],
  },
  entities: [],
  traits: [],
};

export const destination: Destination = {
  id: 'meta',
  label: 'Meta',
  kind: 'facebook',
  settings: { account: '1', dryRun: true, retries: 2 },
};

export const activation: Activation = {
  id: 'everybody-to-meta',
  name: 'Everybody to Meta',
  audience: 'everybody',
  destination: 'meta',
  mode: 'mirror',
  fields: [
    { to: 'EMAIL', from: { kind: 'attribute', entity: 'customer', column: 'email' }, form: 'vendor' },
    { to: 'EXTERN_ID', from: { kind: 'customer-id' }, form: 'as-is' },
  ],
  target: { audience: '42' },
  guards: { maxRejected: 0.2, maxChange: 0.3 },
};

export function activationRun(id: string, facts: Partial<ActivationRun> = {}): ActivationRun {
  return {
    id,
    kind: 'activation',
    connectionId: 'shop',
    audienceId: 'everybody',
    audienceName: 'Everybody',
    startedBy: 'tester',
    startedAt: NOW,
    asOf: NOW,
    sql: 'SELECT $p1',
    columns: ['EMAIL', 'EXTERN_ID'],
    status: 'succeeded',
    activationId: activation.id,
    activationName: activation.name,
    destinationId: 'meta',
    destinationLabel: 'Meta',
    destinationKind: 'facebook',
    mode: 'mirror',
    startedFrom: 'app',
    recipeId: 'recipes-1',
    pin: 'table',
    counts: { members: 3, adds: 3, removes: 0, unchanged: 0, taken: 3, rejected: 0, unknown: 0 },
    files: [],
    approved: [],
    ...facts,
  };
}

export function batch(number: number, facts: Partial<RunBatch> = {}): RunBatch {
  return {
    number,
    op: 'add',
    recipeId: 'recipes-1',
    firstSeq: number * 10 - 9,
    lastSeq: number * 10,
    rows: 10,
    rejected: 0,
    bytes: 640,
    digest: '0'.repeat(64),
    status: 'taken',
    attempts: 1,
    sentAt: NOW,
    ...facts,
  };
}

/** An entry of the ledger, told from others by its part. */
export function egressEntry(part: string): EgressEntry {
  return {
    at: NOW,
    who: 'tester',
    runId: 'r1',
    what: 'batch',
    part,
    destination: 'Meta (facebook)',
    columns: ['EMAIL'],
    recipes: ['trim, lower case, SHA-256'],
    rows: 10,
    bytes: 640,
    digest: 'ab'.repeat(32),
  };
}
