import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { errorAt } from '../../../electron/domain/problem.ts';
import ActivationsPage from '../../../renderer/features/activations/ActivationsPage.svelte';
import { router } from '../../../renderer/shell/router.svelte.ts';
import { inputsOf, renderActivations } from '../support/activation-engine.ts';
import { MAIL, META, PARTNER, TO_META, TO_PARTNER } from '../support/canned-destinations.ts';
import { judgePage } from '../support/judge-page.ts';
import { textOf } from '../support/text-of.ts';

const both = { activations: [TO_META, TO_PARTNER] };
const combobox = (name: string | RegExp) => page.getByRole('combobox', { name });
const rows = () => page.getByRole('list', { name: 'Mapped fields' }).getByRole('listitem');
const problems = () => page.getByRole('list', { name: 'Problems' });
const button = (name: string) => page.getByRole('button', { name, exact: true });

async function choose(field: ReturnType<typeof combobox>, option: string | RegExp): Promise<void> {
  await field.click();
  await page.getByRole('option', { name: option }).click();
}

/** The select of this label: its name tells the chosen value too. */
async function select(label: string, option: string | RegExp): Promise<void> {
  await choose(combobox(new RegExp(`^${label}: `)), option);
}

describe('making an activation', () => {
  it('suggests the fields once audience and destination are chosen, and saves what was written', async () => {
    const state = await renderActivations(ActivationsPage, ['activations', 'new']);
    await page.getByRole('textbox', { name: 'Activation name' }).fill('Spenders to Meta');
    await choose(combobox('Audience'), /^Big spenders/);
    await choose(combobox('Destination'), /^Meta, Germany/);
    await expect.poll(() => textOf(rows().nth(0))).toContain('Email address');
    await expect.poll(() => textOf(rows().nth(0))).toContain('identifier');
    await expect.poll(() => textOf(rows().nth(0))).toContain('trim, lower case, SHA-256');
    await expect.element(combobox('Attribute that holds the consent')).toHaveValue('Ads consent');
    await choose(combobox('Add a field'), /^Phone number/);
    await expect.element(combobox('Source of Phone number')).toHaveValue('Phone');
    await page.getByRole('radio', { name: /^Replace/ }).click();
    await judgePage();
    await button('Save activation').click();
    await expect.element(page.getByText('Saved “Spenders to Meta”')).toBeVisible();
    expect(state.activations).toEqual([
      {
        id: 'spenders-to-meta',
        name: 'Spenders to Meta',
        audience: 'big-spenders',
        destination: META.id,
        mode: 'replace',
        fields: [
          { to: 'EMAIL', from: { kind: 'attribute', entity: 'customer', column: 'email' }, form: 'vendor' },
          { to: 'PHONE', from: { kind: 'attribute', entity: 'customer', column: 'phone' }, form: 'vendor' },
        ],
        target: {},
        consent: { entity: 'customer', column: 'ads_consent' },
        guards: { maxRejected: 0.2, maxChange: 0.3 },
      },
    ]);
    expect(location.hash).toBe('#/activations/spenders-to-meta');
    // The editor that saved it stays, and holds no leave.
    router.go('runs');
    await expect.poll(() => router.route.page).toBe('runs');
  });

  it('says what is missing, each problem leading to its place', async () => {
    const state = await renderActivations(ActivationsPage, ['activations', 'new']);
    await expect.element(problems().getByText('No audience is chosen.')).toBeVisible();
    await button('Save activation').click();
    await expect.element(page.getByText('Not saved: The activation has no name.')).toBeVisible();
    await expect.element(page.getByRole('textbox', { name: 'Activation name' })).toHaveFocus();
    await page.getByRole('button', { name: /^Error No destination is chosen/ }).click();
    await expect.element(combobox('Destination')).toHaveFocus();
    await judgePage();
    expect(inputsOf(state, 'activations.save')).toEqual([]);
  });

  it('writes the columns of a file: attributes, aggregated attributes and hashes', async () => {
    const state = await renderActivations(ActivationsPage, ['activations', 'new']);
    await page.getByRole('textbox', { name: 'Activation name' }).fill('Drop');
    await choose(combobox('Destination'), /^Partner drop/);
    await choose(combobox('Audience'), /^Everyone/);
    await expect.element(rows().nth(0)).toBeVisible();
    await select('Form of email', 'SHA-256');
    await expect.poll(() => textOf(rows().nth(0))).toContain('trim, lower case, SHA-256 by the warehouse');
    await choose(combobox('Add a column'), /^Customer id/);
    await choose(combobox('Add a column'), /^Aggregated attribute/);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('scores');
    await dialog.getByRole('button', { name: 'Use it' }).click();
    await expect.element(combobox('Source of scores')).toHaveValue('scores');
    await page.getByRole('textbox', { name: 'Name of column 2' }).fill('id');
    await page.getByRole('textbox', { name: 'File name' }).fill('drop-{run}');
    await judgePage();
    await button('Save activation').click();
    await expect.element(page.getByText('Saved “Drop”')).toBeVisible();
    expect(state.activations[0]).toMatchObject({
      mode: 'replace',
      target: { fileName: 'drop-{run}', format: 'csv', delimiter: 'comma' },
      fields: [
        { to: 'email', form: 'sha256' },
        { to: 'id', from: { kind: 'customer-id' }, form: 'as-is' },
        { to: 'scores', from: { kind: 'measure', entity: 'propensity-scores', as: 'scores' }, form: 'as-is' },
      ],
    });
  });

  it('suggests anew for another kind of destination, and brings the old mapping back by key', async () => {
    await renderActivations(ActivationsPage, ['activations', TO_PARTNER.id], both);
    await expect.element(rows().nth(1)).toBeVisible();
    await choose(combobox('Destination'), /^Newsletter account/);
    await expect.poll(() => textOf(rows().nth(0))).toContain('Email address');
    await expect.element(combobox('Attribute that holds the consent')).toHaveValue('E-mail consent');
    await userEvent.keyboard('{Control>}z{/Control}');
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.element(combobox('Destination')).toHaveValue(PARTNER.label);
    await expect.element(page.getByRole('textbox', { name: 'Name of column 2' })).toHaveValue('mail');
    await userEvent.keyboard('{Control>}{Shift>}z{/Shift}{/Control}');
    await expect.element(combobox('Destination')).toHaveValue(MAIL.label);
  });
});

describe('the form of an activation', () => {
  it('describes the destination anew under its target', async () => {
    const state = await renderActivations(ActivationsPage, ['activations', 'new']);
    await choose(combobox('Audience'), /^Everyone/);
    await choose(combobox('Destination'), /^Newsletter account/);
    await expect.element(page.getByRole('radio', { name: /^Replace/ })).toBeChecked();
    await expect.element(page.getByRole('radio', { name: /^Send/ })).not.toBeInTheDocument();
    await select('Do', 'transmission');
    await expect.element(page.getByRole('radio', { name: /^Send/ })).toBeChecked();
    await expect.element(page.getByRole('textbox', { name: 'Template id' })).toBeVisible();
    expect(inputsOf(state, 'describe').at(-1)).toEqual({
      destinationId: MAIL.id,
      target: { what: 'transmission' },
    });
  });

  it('offers mirror only where the state of it can be held, and says why not', async () => {
    await renderActivations(ActivationsPage, ['activations', TO_META.id], {
      ...both,
      abilities: { state: false, why: 'Mirror needs a schema to write to.' },
    });
    const mirror = page.getByRole('radio', { name: /^Mirror/ });
    await expect.element(mirror).toBeDisabled();
    await expect.poll(() => textOf(mirror)).toContain('Mirror needs a schema to write to.');
  });

  it('asks for an identifier, and checks the draft while it is written', async () => {
    const state = await renderActivations(ActivationsPage, ['activations', TO_META.id], both);
    await expect.element(page.getByText('Nothing keeps it from running.')).toBeVisible();
    await choose(combobox('Add a field'), /^City/);
    await button('Remove Email address').click();
    await button('Remove Phone number').click();
    await expect.element(page.getByText('Needs an identifier: Email address, Phone number.')).toBeVisible();
    await expect.element(problems().getByText('No identifier is mapped.')).toBeVisible();
    expect(inputsOf(state, 'check').at(-1)).toMatchObject({ fields: [{ to: 'CT' }] });
    await button('Suggest fields').click();
    await expect.element(page.getByText('Nothing keeps it from running.')).toBeVisible();
  });

  it('shows what the engine finds at its field', async () => {
    await renderActivations(ActivationsPage, ['activations', TO_META.id], {
      ...both,
      warnings: [
        errorAt('target.audienceName', 'The name tells of health.', 'Use a neutral name.'),
        errorAt('fields[1].from', 'The column is gone.', 'Choose another.'),
      ],
    });
    await expect
      .element(page.getByText('The name tells of health. Use a neutral name.', { exact: true }).first())
      .toBeVisible();
    await page.getByRole('button', { name: /^Error The column is gone/ }).click();
    await expect.element(combobox('Source of Phone number')).toHaveFocus();
    await expect.element(combobox('Source of Phone number')).toHaveAttribute('aria-invalid', 'true');
  });

  it('takes guards in percent and a schedule as a person says it', async () => {
    const state = await renderActivations(ActivationsPage, ['activations', TO_META.id], both);
    const rejected = page.getByRole('spinbutton', { name: 'Rejected rows above (%)' });
    await expect.element(rejected).toHaveValue(20);
    await rejected.fill('');
    await expect.element(problems().getByText('The guard for rejected rows is no number.')).toBeVisible();
    await rejected.fill('7.5');
    await select('Repeat', 'Every week');
    await select('On', 'Friday');
    await page.getByLabelText('At', { exact: true }).fill('17:45');
    await combobox('Time zone').fill('berlin');
    await page.getByRole('option', { name: 'Europe/Berlin' }).click();
    await expect.element(page.getByText('Every Friday at 17:45, Europe/Berlin.')).toBeVisible();
    await judgePage();
    await userEvent.keyboard('{Control>}s{/Control}');
    await expect.element(page.getByText(`Saved “${TO_META.name}”`)).toBeVisible();
    expect(state.activations.find((each) => each.id === TO_META.id)).toMatchObject({
      guards: { maxRejected: 0.075, maxChange: 0.3 },
      schedule: { cron: '45 17 * * 5', timeZone: 'Europe/Berlin' },
    });
    await select('Repeat', 'By a cron line');
    await expect.element(page.getByRole('textbox', { name: 'Cron line' })).toHaveValue('45 17 * * 5');
  });

  it('holds a leave while changes are not saved', async () => {
    await renderActivations(ActivationsPage, ['activations', TO_META.id], both);
    await page.getByRole('textbox', { name: 'Activation name' }).fill('Renamed');
    await expect.element(page.getByText('Not saved')).toBeVisible();
    router.go('runs');
    await expect.poll(() => router.wanted).toBe('#/runs');
    router.stay();
    await button('Undo').click();
    router.go('runs');
    await expect.poll(() => router.route.page).toBe('runs');
  });

  it('shows what the engine refuses', async () => {
    const state = await renderActivations(ActivationsPage, ['activations', TO_META.id], both);
    await page.getByRole('textbox', { name: 'Activation name' }).fill(TO_PARTNER.name);
    await button('Save activation').click();
    await expect
      .poll(() => textOf(page.getByRole('alert')))
      .toContain(`Another activation is named “${TO_PARTNER.name}”.`);
    expect(state.activations).toEqual(both.activations);
  });
});
