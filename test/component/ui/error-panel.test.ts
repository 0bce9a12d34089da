import { expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import ErrorPanel from '../../../renderer/ui/ErrorPanel.svelte';

const refused: AppErrorShape = {
  code: 'AUTH_FAILED',
  message: 'Databricks refuses the access token.',
  help: 'Create a new personal access token in the workspace and paste it.',
  retry: 'after-fix',
  where: 'settings.token',
  details: { connectionId: 'retail prod' },
};

it('a refused sign-in leads to the field of the secret in its connection', async () => {
  await render(ErrorPanel, { error: refused });
  const link = page.getByRole('link', { name: 'Reconnect' });
  await expect.element(link).toHaveAttribute('href', '#/connections/retail%20prod/token');
  await expect.element(page.getByText('connectionId')).not.toBeInTheDocument();
});

it('other failures, and a sign-in of a connection that is not saved yet, lead nowhere', async () => {
  const { details: _, ...unsaved } = refused;
  await render(ErrorPanel, { error: unsaved });
  await render(ErrorPanel, { error: { ...refused, code: 'QUERY_FAILED' } });
  await expect.element(page.getByRole('link', { name: 'Reconnect' })).not.toBeInTheDocument();
});
