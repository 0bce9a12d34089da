import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { PermissionOutline, PermissionReport } from '../../../electron/domain/permission.ts';
import PermissionsPage from '../../../renderer/features/permissions/PermissionsPage.svelte';
import { AS_OF, SAMPLE, WORKSPACE } from '../support/canned-lakehouse.ts';
import { renderPage } from '../support/render-page.ts';

const APPLICATION = '6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f';
const households = { catalog: 'main', schema: 'retail', table: 'households' };
const outline: PermissionOutline = {
  grantable: true,
  host: 'adb-1.azuredatabricks.net',
  warehouse: 'abc',
  tables: [
    {
      path: households,
      labels: ['Household'],
      columns: [
        { name: 'household_key', needed: true },
        { name: 'email', needed: false },
        { name: 'phone', needed: false },
      ],
    },
    { path: { ...households, table: 'transactions' }, labels: ['Transactions'], columns: [] },
  ],
};
const report: PermissionReport = {
  asOf: AS_OF,
  account: APPLICATION,
  checked: APPLICATION,
  findings: [
    {
      need: { privilege: 'CAN USE', on: { kind: 'warehouse', id: 'abc' }, why: 'Queries run on it.' },
      status: 'held',
      note: 'A query ran on it.',
      mend: 'databricks permissions update warehouses abc',
    },
    {
      need: { privilege: 'SELECT', on: { kind: 'table', path: households }, why: 'To read its rows.' },
      status: 'missing',
      note: 'The account may not use SELECT on “main.retail.households”.',
      mend: 'GRANT SELECT ON TABLE `main`.`retail`.`households` TO `x`;',
    },
  ],
  excess: [
    {
      grant: { principal: 'x', privilege: 'MODIFY', objectKind: 'SCHEMA', object: 'main.retail' },
      message: 'MODIFY on schema main.retail lets x change what it should only read.',
      mend: 'REVOKE MODIFY ON SCHEMA `main`.`retail` FROM `x`;',
    },
  ],
};
const start = { connections: [WORKSPACE], outline, report };
const script = () => page.getByRole('region', { name: 'Grants for the administrator' });

describe('the permissions page', () => {
  it('says where there is nothing to grant', async () => {
    await renderPage(PermissionsPage, ['permissions'], { connections: [SAMPLE] });
    await expect.element(page.getByRole('heading', { name: 'Nothing to grant' })).toBeVisible();
  });

  it('writes the script for the model as soon as a principal is named', async () => {
    await renderPage(PermissionsPage, ['permissions'], start);
    await expect.element(page.getByText('Enter who is to be granted this.')).toBeVisible();
    await page.getByLabelText('Application id').fill(APPLICATION);
    await expect
      .element(script())
      .toHaveTextContent(`to service-principal ${APPLICATION}; read households; read transactions`);
    await page.getByRole('checkbox', { name: /transactions/ }).click();
    await expect.element(script()).toHaveTextContent(`to service-principal ${APPLICATION}; read households`);
  });

  it('reads a table through a view of the columns that are kept', async () => {
    await renderPage(PermissionsPage, ['permissions'], start);
    await page.getByLabelText('Application id').fill(APPLICATION);
    await page.getByText('All columns').click();
    await expect.element(page.getByRole('checkbox', { name: /household_key/ })).toBeDisabled();
    await page.getByRole('checkbox', { name: 'email' }).click();
    await expect.element(page.getByText('Through a view, 1 column left out')).toBeVisible();
    await expect
      .element(script())
      .toHaveTextContent(`to service-principal ${APPLICATION}; read households -email; read transactions`);
  });

  it('adds a table of the catalog and one writable schema', async () => {
    await renderPage(PermissionsPage, ['permissions'], start);
    await page.getByRole('combobox', { name: /^Kind/ }).click();
    await page.getByRole('option', { name: 'Group' }).click();
    await page.getByLabelText('Group name').fill('campaigns');
    await page.getByRole('combobox', { name: 'Add a table' }).fill('main.retail.coupons');
    await userEvent.keyboard('{Enter}');
    await expect
      .element(script())
      .toHaveTextContent('to group campaigns; read households; read transactions; read coupons');
    await page.getByRole('checkbox', { name: 'Grant one writable schema' }).click();
    await page.getByLabelText('Schema', { exact: true }).fill('ops');
    await expect.element(page.getByText('Write it as catalog.schema.').first()).toBeVisible();
    await page.getByLabelText('Schema', { exact: true }).fill('ops.state');
    await expect
      .element(script())
      .toHaveTextContent(
        'to group campaigns; read households; read transactions; read coupons; write ops.state',
      );
  });

  it('checks the account of the connection, what is missing first, with what mends it', async () => {
    const { saved } = await renderPage(PermissionsPage, ['permissions'], start);
    await page.getByRole('tab', { name: 'Check' }).click();
    await expect.element(page.getByRole('button', { name: 'Check the principal' })).toBeDisabled();
    await page.getByRole('button', { name: 'Check this connection' }).click();
    await expect.element(page.getByRole('heading', { name: '1 permission missing' })).toBeVisible();
    const needs = page.getByRole('list', { name: 'Needs' }).getByRole('listitem');
    await expect.element(needs.first()).toMatchTextContent(/SELECT on main.retail.households.*Missing/);
    await expect.element(needs.last()).toMatchTextContent(/CAN USE on SQL warehouse abc.*Held/);
    await expect
      .element(page.getByRole('region', { name: 'Grants SELECT on main.retail.households' }))
      .toMatchTextContent(/GRANT SELECT/);
    await expect
      .element(page.getByRole('region', { name: 'More than reading' }))
      .toMatchTextContent(/lets x change what it should only read/);
    expect(saved).toEqual([
      {
        tables: outline.tables.map(({ path }) => ({ path, leaveOut: [] })),
      },
    ]);
  });

  it('shows a failure of the check with a retry', async () => {
    await renderPage(PermissionsPage, ['permissions'], { connections: [WORKSPACE], outline });
    await page.getByRole('tab', { name: 'Check' }).click();
    await page.getByRole('button', { name: 'Check this connection' }).click();
    await expect.element(page.getByRole('alert')).toMatchTextContent(/The workspace does not answer/);
    await expect.element(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  });
});
