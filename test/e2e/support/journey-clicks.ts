import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { findDestination } from '../../../electron/destinations/index.ts';
import type { JourneyForm, StepActivation } from '../../../electron/domain/journey.ts';
import { HELD_OUT_PERCENT } from '../../support/seed-journey.ts';
import type { SeedPlace } from '../../support/seed-vendors.ts';
import { type Paste, giveConsent, mapFields } from './activation-clicks.ts';
import { fillForm } from './form-clicks.ts';
import { choose, visit } from './seed-clicks.ts';

const MODES = { add: 'Add', remove: 'Remove', mirror: 'Mirror', replace: 'Replace', send: 'Send' } as const;

/** Where a step of a form sends, and to which place. */
function sendOf(form: JourneyForm, id: string): StepActivation {
  const step = form.steps.find((each) => each.id === id);
  if (step?.kind !== 'activate' || step.activation === undefined) throw new Error(`${id} sends nothing.`);
  return step.activation;
}

/** The canvas of the journey that is open. */
export const canvasOf = (page: Page) => page.getByRole('region', { name: 'Canvas of the journey' });

/** Adds a step of a kind after the one that is open, at its first way that leads nowhere. */
async function addStep(page: Page, kind: string): Promise<void> {
  await page
    .getByRole('toolbar', { name: 'Add a step' })
    .getByRole('button', { name: kind, exact: true })
    .click();
  await expect(page.getByRole('textbox', { name: 'Step name' })).toBeFocused();
}

/** Opens the form of a step from the canvas by the name it has there. */
async function openStep(page: Page, name: string): Promise<void> {
  await canvasOf(page).getByRole('group', { name, exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Step name' })).toBeFocused();
}

async function activate(
  page: Page,
  name: string,
  sent: StepActivation,
  place: SeedPlace,
  paste: Paste,
): Promise<void> {
  await addStep(page, 'Activate');
  await page.getByRole('textbox', { name: 'Step name' }).fill(name);
  await choose(
    page.getByRole('combobox', { name: 'Destination', exact: true }),
    new RegExp(`^${place.label}`),
  );
  const target = page.locator('[data-where="target"]');
  await fillForm(target, findDestination(place.kind).target, sent.target, paste);
  await mapFields(page, sent.fields);
  await giveConsent(page, sent.consent?.column === 'ads_consent' ? /^Ads consent/ : /^E-?mail consent/i);
  const modes = page.getByRole('radio', { name: new RegExp(`^${MODES[sent.mode]}`) });
  await modes.click();
  await page.getByLabel('Rejected rows above (%)').fill(String(sent.guards.maxRejected * 100));
}

/**
 * Draws the seed's journey by clicks on the canvas and in the forms of its steps, and saves it. `placeOf` gives the place that a step sends to.
 */
export async function drawSeedJourney(
  page: Page,
  form: JourneyForm,
  placeOf: (destination: string) => SeedPlace,
  paste: Paste,
): Promise<void> {
  await visit(page, 'Journeys');
  await page.getByRole('button', { name: 'New journey' }).first().click();
  await page.getByRole('textbox', { name: 'Journey name' }).fill(form.name);
  await choose(page.getByRole('combobox', { name: 'Audience', exact: true }), /^Bundle target/);
  await addStep(page, 'Audience split');
  await page.getByRole('textbox', { name: 'Step name' }).fill('Emailable?');
  await choose(page.getByRole('combobox', { name: 'Audience of branch 1' }), /^Emailable/);
  const draw = async (name: string, id: string): Promise<void> => {
    const sent = sendOf(form, id);
    await activate(page, name, sent, placeOf(sent.destination), paste);
  };
  await draw('Newsletter', 'newsletter');
  await openStep(page, 'Emailable?');
  await addStep(page, 'Random split');
  // Its id decides who goes where, so that the test knows it.
  await page.getByRole('textbox', { name: 'Step name' }).fill('Media');
  await page.getByRole('button', { name: 'Add a branch' }).click();
  const media = ['Facebook', 'Pinterest', 'TikTok'];
  for (const [at, name] of media.entries())
    await page.getByRole('textbox', { name: `Name of branch ${at + 1}` }).fill(name);
  await page.getByRole('spinbutton', { name: /^Hold/ }).fill(String(HELD_OUT_PERCENT));
  for (const name of media) {
    await draw(name, name.toLowerCase());
    await openStep(page, 'Media');
  }
  await page.getByRole('button', { name: 'Arrange the steps' }).click();
  await page.getByRole('button', { name: 'Save journey' }).click();
  await expect(page.getByText(`Saved “${form.name}”`).first()).toBeVisible();
}

/** Publishes the journey that is open, ticks it, and waits until the tick is done. */
export async function publishAndTick(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Publish…' }).click();
  await page.getByRole('button', { name: /^Publish version/ }).click();
  await expect(page.getByRole('button', { name: /^Publish version/ })).toHaveCount(0);
  await tickNow(page, 1);
}

/** Ticks the journey that is open, and waits until the tick of this number is done. */
export async function tickNow(page: Page, number: number): Promise<void> {
  await page.getByRole('button', { name: 'Tick now' }).click();
  const tick = page.getByRole('status', { name: `Tick ${number}` });
  await expect(tick).toContainText(/done/i, { timeout: 240_000 });
}
