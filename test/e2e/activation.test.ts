import { join } from 'node:path';
import type { ElectronApplication, Locator, Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { Activation } from '../../electron/domain/activation.ts';
import { launchSlipway } from '../support/electron.ts';
import { seedActivations } from '../support/seed-activations.ts';
import { readArrival } from '../support/seed-arrival.ts';
import {
  type SeedVendors,
  membersByHand,
  noteMissingServers,
  startSeedVendors,
} from '../support/seed-vendors.ts';
import {
  addDestination,
  makeActivation,
  openActivation,
  readTerm,
  runOpened,
  saveActivation,
  saveDestination,
} from './support/activation-clicks.ts';
import { pasteIn } from './support/form-clicks.ts';
import { photograph, photographForReadme } from './support/photograph.ts';
import { composeSeed } from './support/seed-by-hand.ts';
import { visit } from './support/seed-clicks.ts';

const note = await noteMissingServers();
// The app writes, counts and sends for minutes where the machine is shared.
test.setTimeout(900_000);

/** What every step of the test works on. */
type Stage = { readonly app: ElectronApplication; readonly page: Page; readonly home: string };

test(`the seed’s audiences arrive by clicks in the real window${note}`, async () => {
  const vendors = await startSeedVendors();
  const { app, page, home, close } = await launchSlipway();
  const stage = { app, page, home: join(home, 'engine') };
  try {
    await composeSeed(page, stage.home);
    await photograph(app, page, 'audience');
    await addDestinations(stage, vendors);
    const runs = await activateAll(stage, vendors);
    const { received, expected } = await readArrival(vendors, stage.home);
    expect(received).toEqual(expected);
    await readRuns(stage, runs);
    await sendAgain(stage, 'Media at Facebook', runs.get('Media at Facebook'));
    expect((await readArrival(vendors, stage.home)).received).toEqual(expected);
    await verifyLedger(stage);
  } finally {
    await close();
    await vendors.stop();
  }
});

async function addDestinations({ app, page }: Stage, { places }: SeedVendors): Promise<void> {
  const paste = pasteIn(app, page);
  for (const place of places) {
    await addDestination(page, place, paste);
    if (place.id === 'sparkpost' || place.id === 'sftp')
      await photograph(app, page, `destination-${place.id}`);
    await saveDestination(page, place);
  }
  await photograph(app, page, 'destinations');
}

/** Makes and runs every activation of the seed. @returns the address of each run by the name of its activation */
async function activateAll(stage: Stage, { places }: SeedVendors): Promise<ReadonlyMap<string, string>> {
  const { app, page } = stage;
  const paste = pasteIn(app, page);
  const runs = new Map<string, string>();
  for (const activation of seedActivations(places)) {
    const place = places.find(({ id }) => id === activation.destination);
    if (place === undefined) throw new Error(`${activation.name} has no destination.`);
    await makeActivation(page, activation, place, paste);
    await saveActivation(page, activation);
    if (place.id === 'facebook') await tryIt(stage, activation);
    runs.set(activation.name, await runOpened(page));
  }
  await visit(page, 'Activations');
  await photograph(app, page, 'activations');
  return runs;
}

/** The editor, a dry run and the question before a run: they tell the numbers that a run has, and no value of a customer. */
async function tryIt(stage: Stage, { name }: Activation): Promise<void> {
  const { app, page, home } = stage;
  const { media } = await membersByHand(home);
  const values = media.flatMap(({ email, emailHash, phone }) => [email, emailHash, phone]);
  const expectMasked = async (shown: Locator): Promise<void> => {
    const text = await shown.innerText();
    expect(values.filter((value) => value !== undefined && text.includes(value))).toEqual([]);
  };
  await scrollTo(page.getByRole('heading', { name: 'Audience and destination' }));
  await photograph(app, page, 'activation');
  await page.getByRole('tab', { name: 'Preview' }).click();
  const mapped = page.getByRole('table', { name: 'Mapped rows' });
  await expect(mapped).toBeVisible();
  await expectMasked(mapped);
  await scrollTo(page.getByRole('heading', { name: 'Fields' }));
  await photograph(app, page, 'activation-preview');
  await photographForReadme(app, page, 'activation');

  await page.getByRole('button', { name: 'Dry run' }).click();
  const dialog = page.getByRole('dialog', { name: `Dry run of “${name}”` });
  await expect(dialog.getByRole('table', { name: 'First payload' })).toBeVisible();
  const facts = dialog.locator('dl');
  expect(await readTerm(facts, 'Members')).toBe(media.length);
  expect(await readTerm(facts, 'Adds')).toBe(media.length);
  expect(await readTerm(facts, 'Removes')).toBe(0);
  expect(await readTerm(facts, 'Unchanged')).toBe(0);
  await expectMasked(dialog);
  await photograph(app, page, 'dry-run');
  await dialog.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('button', { name: 'Run…' }).click();
  await expect(page.getByRole('button', { name: 'Run now' })).toBeEnabled();
  await photograph(app, page, 'run-dialog');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
}

/** Brings a heading near the upper edge of what scrolls. */
async function scrollTo(heading: Locator): Promise<void> {
  await heading.evaluate((element) => {
    element.scrollIntoView({ block: 'start' });
    element.closest('[role="region"]')?.scrollBy(0, -36);
  });
}

/** The pages of the runs: batches with their answers, rejected rows, files and the statement. */
async function readRuns({ app, page }: Stage, runs: ReadonlyMap<string, string>): Promise<void> {
  const open = async (name: string, tab: string): Promise<void> => {
    await page.goto(runs.get(name) ?? '');
    await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
  };
  await open('Media at TikTok', 'Batches');
  const batches = page.getByRole('table', { name: 'Batches' });
  await expect(batches.getByText('Taken').first()).toBeVisible();
  await photograph(app, page, 'run-batches');
  await photographForReadme(app, page, 'run');
  await batches.getByRole('button').first().click();
  await expect(page.getByRole('dialog').getByText('Request', { exact: true })).toBeVisible();
  await photograph(app, page, 'run-batch');
  await page.keyboard.press('Escape');
  await open('Media at TikTok', 'Statement');
  await expect(page.getByText('GROUP BY').first()).toBeVisible();
  await photograph(app, page, 'run-statement');
  await open('Media at TikTok', 'Rejected');
  await expect(
    page.getByRole('table', { name: 'Reasons' }).getByText('No identifier is known.'),
  ).toBeVisible();
  const rejected = page.getByRole('table', { name: 'Rejected rows' });
  expect(await rejected.getByText('No identifier is known.').count()).toBeGreaterThan(0);
  await photograph(app, page, 'run-rejected');
  const byFile = [...runs.keys()].find((name) => name.startsWith('Media by'));
  if (byFile === undefined) return;
  await open(byFile, 'Files');
  const files = page.getByRole('table', { name: 'Files' });
  await expect(files.getByText(/^media-.*\.csv$/)).toBeVisible();
  await photograph(app, page, 'run-files');
}

/** A mirror leaves alone what is there already; rows that were rejected are tried again, and rejected again. */
async function sendAgain({ app, page }: Stage, name: string, first = ''): Promise<void> {
  const counts = page.locator('dl[aria-label="Rows of the run"]');
  await page.goto(first);
  const [taken, rejected] = [await readTerm(counts, 'Taken'), await readTerm(counts, 'Rejected')];
  expect(taken).toBeGreaterThan(0);
  await openActivation(page, name);
  await runOpened(page);
  expect(await readTerm(counts, 'Unchanged')).toBe(taken);
  expect(await readTerm(counts, 'Taken')).toBe(0);
  expect(await readTerm(counts, 'Adds')).toBe(rejected);
  await expect(page.getByText('None was sent in this run.')).toBeVisible();
  await photograph(app, page, 'run-unchanged');
}

async function verifyLedger({ app, page }: Stage): Promise<void> {
  await visit(page, 'Runs');
  await photograph(app, page, 'runs');
  await page.getByRole('tab', { name: 'Ledger' }).click();
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByText(/^All \d+ entries fit\.$/)).toBeVisible();
  await photograph(app, page, 'ledger');
}
