import type { DryRun } from '../../../electron/contract/contract.ts';
import { AS_OF } from './canned-lakehouse.ts';

/** What every dry run of the canned engine finds. */
export const DRY_RUN: DryRun = {
  asOf: AS_OF,
  members: 1240,
  withoutConsent: 310,
  adds: 1204,
  removes: 36,
  unchanged: 18,
  rejected: [
    { field: 'EMAIL', reason: 'It is no email address.', rows: 7 },
    { reason: 'No identifier is left.', rows: 2 },
  ],
  checked: 1000,
  batches: 2,
  problems: [],
  payload: {
    columns: ['EMAIL', 'PHONE'],
    rows: [
      ['9f86…0a08', '60303…91'],
      ['fd61…03af', null],
    ],
  },
  sql: {
    text: 'SELECT c.email AS email\nFROM main.retail.households AS c\nWHERE c.ads_consent',
    values: [{ name: 'p1', type: 'timestamp', value: AS_OF }],
  },
};
