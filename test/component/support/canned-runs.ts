import type { ChainedEntry } from '../../../electron/domain/egress.ts';
import type { ActivationRun, RunBatch } from '../../../electron/domain/run.ts';
import { AS_OF } from './canned-lakehouse.ts';

const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

/** A run of an activation; whatever is not given fits one that went through with two rejected rows. */
export function makeActivationRun(given: Partial<ActivationRun> = {}): ActivationRun {
  return {
    id: 'run-3',
    kind: 'activation',
    connectionId: 'sample',
    audienceId: 'paid-media',
    audienceName: 'Paid media',
    startedBy: 'ana',
    startedAt: '2026-11-20T12:00:00.000Z',
    endedAt: '2026-11-20T12:00:04.100Z',
    asOf: AS_OF,
    sql: 'SELECT c.household_key AS customer_id\nFROM main.retail.households AS c\nWHERE c.loyalty_tier = :p1',
    statementId: 'statement-9',
    columns: ['email', 'phone'],
    status: 'incomplete',
    activationId: 'daily-paid-media',
    activationName: 'Daily paid media',
    destinationId: 'facebook',
    destinationLabel: 'Facebook',
    destinationKind: 'facebook',
    mode: 'mirror',
    startedFrom: 'schedule',
    recipeId: 'recipe-1',
    pin: 'table',
    counts: { members: 412, adds: 100, removes: 9, unchanged: 312, taken: 107, rejected: 2, unknown: 0 },
    files: [],
    approved: [],
    ...given,
  };
}

/** A run that goes on, or waits: without an end. */
export function makeOpenRun(given: Partial<ActivationRun>): ActivationRun {
  const { endedAt: _endedAt, ...run } = makeActivationRun(given);
  return run;
}

export const PAUSED_RUN = makeOpenRun({
  id: 'run-4',
  status: 'paused',
  counts: { members: 412, adds: 409, removes: 0, unchanged: 3, taken: 61, rejected: 39, unknown: 0 },
  pause: {
    reason: 'rejected',
    message: '39 of 100 rows were rejected, more than the 20% that the activation allows.',
  },
});

export const INTERRUPTED_RUN = makeOpenRun({ id: 'run-5', status: 'interrupted' });

export const FAILED_ACTIVATION = makeActivationRun({
  id: 'run-6',
  status: 'failed',
  counts: { members: 412, adds: 412, removes: 0, unchanged: 0, taken: 200, rejected: 2, unknown: 100 },
  error: {
    code: 'AUTH_FAILED',
    message: 'Facebook refuses the access token.',
    help: 'Enter a new token in the destination, then resume.',
    retry: 'after-fix',
  },
});

export const FILE_RUN = makeActivationRun({
  id: 'run-7',
  status: 'succeeded',
  audienceName: 'Bundle target',
  activationId: 'weekly-file',
  activationName: 'Weekly file',
  destinationId: 'partner',
  destinationLabel: 'Partner SFTP',
  destinationKind: 'sftp',
  mode: 'replace',
  startedFrom: 'app',
  counts: { members: 412, adds: 412, removes: 0, unchanged: 0, taken: 412, rejected: 0, unknown: 0 },
  files: [{ name: 'bundle-target.csv', rows: 412, bytes: 18_340, sha256: SHA256 }],
});

/** A batch of a run; number 2 and 3 are the ones with trouble. */
export function makeBatch(number: number, given: Partial<RunBatch> = {}): RunBatch {
  return {
    number,
    op: 'add',
    recipeId: 'recipe-1',
    firstSeq: (number - 1) * 50 + 1,
    lastSeq: number * 50,
    rows: 50,
    rejected: 0,
    bytes: 6400,
    digest: SHA256,
    status: 'taken',
    attempts: 1,
    sentAt: '2026-11-20T12:00:02.000Z',
    exchange: {
      request: 'POST https://graph.facebook.com/v25.0/120/users',
      status: 200,
      note: 'session 77',
    },
    ...given,
  };
}

/** Entries of the ledger, the newest first, down to position 1. */
export function makeEntries(count: number): ChainedEntry[] {
  return Array.from({ length: count }, (_, at) => {
    const position = count - at;
    return {
      position,
      entry: {
        at: '2026-11-20T12:00:02.000Z',
        who: 'ana',
        runId: 'run-3',
        what: 'batch',
        part: `batch ${position}, attempt 1`,
        destination: 'Facebook (facebook)',
        columns: ['email', 'phone'],
        recipes: ['trim, lower case, SHA-256', 'digits, SHA-256'],
        rows: 50,
        bytes: 6400,
        digest: SHA256,
        statementId: 'statement-9',
      },
      previous: String(position - 1).padStart(64, '0'),
      chain: String(position).padStart(64, '0'),
    };
  });
}
