import { describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/domain/app-error.ts';
import type { GrantRequest } from '../../../electron/domain/permission.ts';
import { checkPermissions } from '../../../electron/services/permission-check.ts';
import { databricksDialect } from '../../../electron/warehouses/databricks-dialect.ts';
import { createPermissionReader, readCompute } from '../../../electron/warehouses/databricks-permissions.ts';
import type { PermissionReader } from '../../../electron/warehouses/warehouse.ts';

/**
 * Recorded shapes: SHOW GRANTS and current_user() exist on Databricks only, so their answers are written down here in the documented form
 * (principal, actionType, objectType, objectKey). Everything that open Spark has is tried against it elsewhere.
 */
type Answer = readonly (readonly string[])[] | AppError;

const ACCOUNT = '6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f';

function failure(code: AppError['code'], message: string): AppError {
  return new AppError({ code, message, help: 'Grant it.', retry: 'after-fix' });
}

function readerOver(answers: Readonly<Record<string, Answer>>): {
  readonly reader: PermissionReader;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const reader = createPermissionReader(async ({ text, values }) => {
    expect(values).toEqual({});
    asked.push(text);
    const answer = answers[text] ?? [];
    if (answer instanceof AppError) throw answer;
    return { rows: answer };
  });
  return { reader, asked };
}

const households = { catalog: 'main', schema: 'retail', table: 'households' };
const request: GrantRequest = {
  principal: { kind: 'service-principal', name: ACCOUNT },
  tables: [{ path: households, leaveOut: [] }],
};

async function check(
  answers: Readonly<Record<string, Answer>>,
  changes: Partial<GrantRequest> = {},
): Promise<{ lines: string[]; report: Awaited<ReturnType<typeof checkPermissions>>; asked: string[] }> {
  const { reader, asked } = readerOver({ 'SELECT current_user()': [[ACCOUNT]], ...answers });
  const report = await checkPermissions(
    {
      request: { ...request, ...changes },
      warehouse: 'abc',
      reader,
      dialect: databricksDialect,
      asOf: '2026-11-20T09:30:00.000Z',
    },
    {},
  );
  const lines = report.findings.map(({ need, status, note }) => `${need.privilege}: ${status}. ${note}`);
  return { lines, report, asked };
}

const GRANTS = {
  catalog: `SHOW GRANTS \`${ACCOUNT}\` ON CATALOG \`main\``,
  schema: `SHOW GRANTS \`${ACCOUNT}\` ON SCHEMA \`main\`.\`retail\``,
  table: `SHOW GRANTS \`${ACCOUNT}\` ON TABLE \`main\`.\`retail\`.\`households\``,
};
const PROBE = 'SELECT 1 FROM `main`.`retail`.`households` LIMIT 0';
const use = [ACCOUNT, 'USE CATALOG', 'CATALOG', 'main'];

describe('the check of the own account', () => {
  it('finds all held where a query without rows runs', async () => {
    const { lines, report, asked } = await check({
      'SELECT 1': [['1']],
      [GRANTS.catalog]: [use],
      [GRANTS.schema]: [use, [ACCOUNT, 'USE SCHEMA', 'SCHEMA', 'main.retail']],
      [GRANTS.table]: [[ACCOUNT, 'SELECT', 'TABLE', 'main.retail.households']],
    });
    expect(lines).toEqual([
      'CAN USE: held. A query ran on it.',
      'USE CATALOG: held. A query on main.retail.households ran.',
      'USE SCHEMA: held. A query on main.retail.households ran.',
      'SELECT: held. A query without rows ran on it.',
    ]);
    expect(report).toMatchObject({ account: ACCOUNT, checked: ACCOUNT, excess: [] });
    expect(asked.every((text) => /^(SELECT|SHOW) /.test(text))).toBe(true);
  });

  it('names the privilege that a refusal names, and does not guess beyond it', async () => {
    const refusal = failure('PERMISSION_DENIED', 'The account may not use USE SCHEMA on “main.retail”.');
    const { lines, report } = await check({
      'SELECT 1': [['1']],
      'SHOW SCHEMAS IN `main`': [['retail']],
      'SHOW TABLES IN `main`.`retail`': refusal,
      [PROBE]: refusal,
      [GRANTS.schema]: failure('PERMISSION_DENIED', 'Not the owner.'),
      [GRANTS.table]: failure('PERMISSION_DENIED', 'Not the owner.'),
    });
    expect(lines).toEqual([
      'CAN USE: held. A query ran on it.',
      'USE CATALOG: held. Its schemas are listed.',
      'USE SCHEMA: missing. The account may not use USE SCHEMA on “main.retail”.',
      'SELECT: unknown. USE SCHEMA is missing first. The grants on main.retail.households are shown to its owner and to the principal itself only.',
    ]);
    expect(report.findings[2]?.mend).toBe(
      `GRANT USE SCHEMA ON SCHEMA \`main\`.\`retail\` TO \`${ACCOUNT}\`;`,
    );
    expect(report.excessNote).toContain('2 of 3 objects');
  });

  it('says unknown where the warehouse does not list grants and a table is not to be seen', async () => {
    const unknown = failure('QUERY_FAILED', 'Databricks could not run the query (PARSE_SYNTAX_ERROR).');
    const { lines, report, asked } = await check({
      'SELECT 1': [['1']],
      'SHOW SCHEMAS IN `main`': [['retail']],
      'SHOW TABLES IN `main`.`retail`': [['retail', 'other']],
      [PROBE]: failure('TABLE_MISSING', 'The table does not exist.'),
      [GRANTS.catalog]: unknown,
      [GRANTS.schema]: unknown,
      [GRANTS.table]: unknown,
    });
    expect(lines.slice(1)).toEqual([
      'USE CATALOG: held. Its schemas are listed.',
      'USE SCHEMA: held. Its tables are listed.',
      'SELECT: unknown. main.retail.households does not exist, or is not visible to the account. This warehouse does not list grants.',
    ]);
    expect(report.excess).toBeUndefined();
    expect(asked.filter((text) => text.startsWith('SHOW GRANTS')).length).toBeLessThanOrEqual(3);
  });

  it('warns of grants that write, wherever they are inherited from', async () => {
    const all = [ACCOUNT, 'ALL PRIVILEGES', 'SCHEMA', 'main.retail'];
    const { report } = await check({
      'SELECT 1': [['1']],
      [GRANTS.catalog]: [use],
      [GRANTS.schema]: [all],
      [GRANTS.table]: [all, [ACCOUNT, 'MODIFY', 'TABLE', 'main.retail.households']],
    });
    expect(report.excess?.map(({ message, mend }) => [message, mend])).toEqual([
      [
        `ALL PRIVILEGES on schema main.retail lets ${ACCOUNT} change what it should only read.`,
        `REVOKE ALL PRIVILEGES ON SCHEMA \`main\`.\`retail\` FROM \`${ACCOUNT}\`;`,
      ],
      [
        `MODIFY on table main.retail.households lets ${ACCOUNT} change what it should only read.`,
        `REVOKE MODIFY ON TABLE \`main\`.\`retail\`.\`households\` FROM \`${ACCOUNT}\`;`,
      ],
    ]);
  });

  it('judges a writable schema by its grants alone, and does not warn of them', async () => {
    const state = `SHOW GRANTS \`${ACCOUNT}\` ON SCHEMA \`main\`.\`state\``;
    const { lines, report, asked } = await check(
      {
        'SELECT 1': [['1']],
        [GRANTS.catalog]: [use],
        [GRANTS.schema]: [use],
        [GRANTS.table]: [use],
        [state]: [use, [ACCOUNT, 'CREATE TABLE', 'SCHEMA', 'main.state']],
      },
      { writable: { catalog: 'main', schema: 'state' } },
    );
    expect(lines.slice(-3)).toEqual([
      'CREATE TABLE: held. Among its grants.',
      `MODIFY: missing. No grant to ${ACCOUNT} itself. Grants to its groups are not listed here.`,
      `SELECT: missing. No grant to ${ACCOUNT} itself. Grants to its groups are not listed here.`,
    ]);
    expect(report.excess).toEqual([]);
    expect(asked.join('\n')).not.toMatch(/CREATE|INSERT|DROP|DELETE|UPDATE/);
  });

  it('lets go through what is no refusal', async () => {
    const lost = failure('HOST_UNREACHABLE', 'The host does not answer.');
    await expect(check({ 'SELECT 1': lost })).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
  });
});

describe('the check of another principal', () => {
  it('goes by grants alone, and says what SQL does not list', async () => {
    const { lines, report, asked } = await check(
      {
        'SHOW GRANTS `analysts` ON CATALOG `main`': [['analysts', 'USE CATALOG', 'CATALOG', 'main']],
        'SHOW GRANTS `analysts` ON TABLE `main`.`retail`.`households`': [
          ['analysts', 'SELECT', 'CATALOG', 'main'],
        ],
      },
      { principal: { kind: 'group', name: 'analysts' } },
    );
    expect(lines).toEqual([
      'CAN USE: unknown. SQL does not list who may use a SQL warehouse. See SQL Warehouses > Permissions in the workspace.',
      'USE CATALOG: held. Among its grants.',
      'USE SCHEMA: missing. No grant to analysts itself. Grants to its groups are not listed here.',
      'SELECT: held. Among its grants.',
    ]);
    expect(report.checked).toBe('analysts');
    expect(asked).not.toContain(PROBE);
  });
});

describe('the compute of a connection', () => {
  it.each([
    ['/sql/1.0/warehouses/1234567890abcdef', '1234567890abcdef'],
    ['/sql/1.0/endpoints/other', ''],
  ])('%s runs on “%s”', (path, warehouse) => {
    expect(readCompute({ host: 'adb-1.net', path })).toEqual({ host: 'adb-1.net', warehouse });
  });
});
