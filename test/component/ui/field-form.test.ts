import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { FieldSpec, Secrets, Settings } from '../../../electron/domain/field-spec.ts';
import FieldFormStage from './FieldFormStage.svelte';

const specs: FieldSpec[] = [
  { key: 'host', label: 'Host', kind: 'text', required: true, help: 'Without https.' },
  {
    key: 'auth',
    label: 'Sign-in',
    kind: 'select',
    required: true,
    initial: 'token',
    options: [
      { value: 'token', label: 'Token' },
      { value: 'oauth', label: 'OAuth' },
    ],
  },
  { key: 'token', label: 'Token', kind: 'secret', required: true, showIf: { key: 'auth', in: ['token'] } },
  { key: 'client', label: 'Client id', kind: 'text', required: true, showIf: { key: 'auth', in: ['oauth'] } },
  { key: 'readOnly', label: 'Read only', kind: 'switch', required: false, initial: true },
  {
    key: 'format',
    label: 'Format',
    kind: 'select',
    required: false,
    initial: 'parquet',
    help: 'Of every file in the folder.',
    options: [{ value: 'parquet', label: 'Parquet' }],
  },
  { key: 'folder', label: 'Folder', kind: 'path', required: false, picks: 'folder' },
];

async function renderForm(errors: Record<string, string> = {}) {
  const kept: { settings: Settings; secrets: Secrets } = { settings: {}, secrets: {} };
  const keep = (settings: Settings, secrets: Secrets): void => {
    kept.settings = settings;
    kept.secrets = secrets;
  };
  await render(FieldFormStage, { specs, errors, keep });
  return kept;
}

describe('a form made from field specs', () => {
  it('shows a field only where its condition holds', async () => {
    await renderForm();
    await expect.element(page.getByLabelText('Token', { exact: true })).toBeVisible();
    await page.getByRole('combobox', { name: /Sign-in/ }).click();
    await page.getByRole('option', { name: 'OAuth' }).click();
    await expect.element(page.getByLabelText('Client id')).toBeVisible();
    await expect.element(page.getByLabelText('Token', { exact: true })).not.toBeInTheDocument();
  });

  it('keeps secrets apart from settings', async () => {
    const kept = await renderForm();
    await page.getByLabelText('Host').fill('example.test');
    await page.getByLabelText('Token', { exact: true }).fill('s3cret');
    await page.getByRole('switch', { name: 'Read only' }).click();
    expect(kept).toEqual({
      settings: { host: 'example.test', readOnly: false },
      secrets: { token: 's3cret' },
    });
  });

  it('lets a path be typed where there is no desktop', async () => {
    const kept = await renderForm();
    await page.getByLabelText('Folder').fill('/data');
    expect(kept.settings).toEqual({ folder: '/data' });
  });

  it('ties an error to its field', async () => {
    await renderForm({ host: 'Host is required.' });
    const host = page.getByLabelText('Host');
    await expect.element(host).toHaveAttribute('aria-invalid', 'true');
    await expect.element(host).toHaveAccessibleDescription('Host is required.');
  });

  it('ties error and hint to a list of choices too', async () => {
    await renderForm({ auth: 'The workspace refuses tokens.' });
    const select = page.getByRole('combobox', { name: 'Sign-in: Token' });
    await expect.element(select).toHaveAttribute('aria-invalid', 'true');
    await expect.element(select).toHaveAccessibleDescription('The workspace refuses tokens.');
    const format = page.getByRole('combobox', { name: 'Format: Parquet' });
    await expect.element(format).toHaveAttribute('aria-invalid', 'false');
    await expect.element(format).toHaveAccessibleDescription('Of every file in the folder.');
  });

  it('chooses from a list by keyboard', async () => {
    const kept = await renderForm();
    const select = page.getByRole('combobox', { name: /Sign-in/ });
    select.element().focus();
    await userEvent.keyboard('{Enter}{ArrowDown}{Enter}');
    await expect.poll(() => kept.settings).toEqual({ auth: 'oauth' });
  });
});
