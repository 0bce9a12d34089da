import { it } from 'vitest';
import { page } from 'vitest/browser';
import RunsPage from '../../../renderer/features/runs/RunsPage.svelte';
import { FAILED_RUN, RUN } from '../support/canned-lakehouse.ts';
import { FAILED_ACTIVATION, FILE_RUN, INTERRUPTED_RUN, makeActivationRun, makeBatch, makeEntries, makeOpenRun, PAUSED_RUN } from '../support/canned-runs.ts';
import { renderRuns } from '../support/runs-engine.ts';

const running = makeOpenRun({ id: 'run-8', status: 'running', counts: { members: 41200, adds: 30000, removes: 0, unchanged: 11200, taken: 12000, rejected: 3, unknown: 0 }, startedFrom: 'app' });
const runs = [running, PAUSED_RUN, INTERRUPTED_RUN, makeActivationRun(), FAILED_ACTIVATION, FILE_RUN, FAILED_RUN, RUN];
const start = { runs, progress: { handled: 12003, total: 30000, rowsPerSecond: 812, secondsLeft: 190 }, batches: [makeBatch(1), makeBatch(2, { rejected: 2 }), makeBatch(3, { status: 'refused', attempts: 3, error: { code: 'DELIVERY_REJECTED' as const, message: 'Facebook refuses the batch: the schema is unknown.', help: 'Check the fields.', retry: 'after-fix' as const } }), makeBatch(4, { status: 'unknown' })],
  rejected: [{ seq: 51, field: 'phone', reason: 'is no phone number' }, { seq: 60, reason: 'Facebook refused the row' }],
  ledger: makeEntries(120), check: { entries: 120, head: '0'.repeat(61) + '120' } };
const shot = async (name: string) => { await new Promise((r) => setTimeout(r, 900)); await page.screenshot({ path: `/work/main/node_modules/.cache/shots/${name}.png` }); };

for (const theme of ['light', 'dark'])
  for (const [name, rest] of [['history', []], ['running', ['run-8']], ['paused', ['run-4']], ['incomplete', ['run-3', 'rejected']], ['failed', ['run-6']], ['files', ['run-7']], ['statement', ['run-3', 'statement']], ['export', ['run-1']], ['exportfailed', ['run-2']], ['ledger', ['ledger']]] as [string, string[]][])
  it(`shots ${theme} ${name}`, async () => {
    document.documentElement.dataset['theme'] = theme;
      await renderRuns(RunsPage, rest, structuredClone(start));
      if (name === 'ledger') await page.getByRole('button', { name: 'Verify' }).click();
      await shot(`${theme}-${name}`);
      if (name === 'running') { await page.getByRole('button', { name: 'Batch 3' }).click(); await shot(`${theme}-batch`); await page.getByRole('button', { name: 'Close' }).click(); }
      if (name === 'ledger') { await page.getByRole('button', { name: /20 Nov/ }).first().click(); await shot(`${theme}-entry`); }
  }, 120000);
