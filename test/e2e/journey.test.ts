import { expect, test } from '@playwright/test';
import { launchSlipway } from '../support/electron.ts';
import { expectedByApi, expectedByFile, readSeedBranches } from '../support/seed-journey-arrival.ts';
import { seedJourney } from '../support/seed-journey.ts';
import {
  type SeedPlace,
  type SeedVendors,
  noteMissingServers,
  startSeedVendors,
} from '../support/seed-vendors.ts';
import { addDestination, saveDestination } from './support/activation-clicks.ts';
import { pasteIn } from './support/form-clicks.ts';
import { canvasOf, drawSeedJourney, publishAndTick, tickNow } from './support/journey-clicks.ts';
import { photograph, photographForReadme } from './support/photograph.ts';
import { composeSeed } from './support/seed-by-hand.ts';

const note = await noteMissingServers();
// The app writes, counts and sends for minutes where the machine is shared.
test.setTimeout(900_000);

/** The step that deals customers to the media has this id where it is drawn first. */
const DEALS = 'random-split-1';

test(`the seed’s journey arrives by clicks in the real window${note}`, async () => {
  const vendors = await startSeedVendors();
  const { app, page, home, close } = await launchSlipway();
  const engineHome = `${home}/engine`;
  const paste = pasteIn(app, page);
  try {
    await composeSeed(page, engineHome);
    for (const place of vendors.places.filter(({ id }) => id !== 's3')) {
      await addDestination(page, place, paste);
      await saveDestination(page, place);
    }
    await drawSeedJourney(page, seedJourney('Bundle offer'), (id) => placeOf(vendors, id), paste);
    const branches = await readSeedBranches(engineHome, DEALS);
    await expect(canvasOf(page).getByRole('group', { name: 'Newsletter', exact: true })).toContainText(
      String(branches.newsletter.length),
    );
    await photograph(app, page, 'journey');
    await photographForReadme(app, page, 'journey');
    await publishAndTick(page);
    const received = () => ({
      newsletter: vendors.mailed(),
      facebook: vendors.members('facebook'),
      pinterest: vendors.members('pinterest'),
      tiktok: vendors.members('tiktok'),
    });
    expect(received()).toEqual(expectedByApi(branches));
    await photograph(app, page, 'journey-ticked');
    await tickNow(page, 2);
    expect(received()).toEqual(expectedByApi(branches));

    await page.getByRole('tab', { name: /^Results/ }).click();
    await expect(page.getByRole('img', { name: /^Ways that customers took/ })).toBeVisible();
    await photograph(app, page, 'journey-results');
    await page.getByRole('tab', { name: /^Trace/ }).click();
    await page.getByRole('textbox', { name: 'Customer id' }).fill(branches.heldOut[0]?.id ?? '');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('list', { name: 'What happened' })).toContainText(/held out/i);
    await photograph(app, page, 'journey-trace');

    if (note === '') {
      await drawSeedJourney(page, seedJourney('Bundle files', 'sftp'), (id) => placeOf(vendors, id), paste);
      await publishAndTick(page);
      const files = Object.fromEntries(
        ['newsletter', 'facebook', 'pinterest', 'tiktok'].map((step) => [
          step,
          vendors.lines('sftp', `journey-${step}`).rows,
        ]),
      );
      expect(files).toEqual(expectedByFile(branches));
    }
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Journeys' }).click();
    await photograph(app, page, 'journeys');
  } finally {
    await close();
    await vendors.stop();
  }
});

function placeOf({ places }: SeedVendors, destination: string): SeedPlace {
  const place = places.find(({ id }) => id === destination);
  if (place === undefined) throw new Error(`There is no place ${destination}.`);
  return place;
}
