import { describe, expect, it } from 'vitest';
import { AppError } from '../../electron/domain/app-error.ts';
import { listNeeds } from '../../electron/domain/permission.ts';
import { type GrantPlan, compileGrant, compileGrantScript, compileRevoke } from '../../electron/sql/index.ts';
import { databricksDialect } from '../../electron/warehouses/databricks-dialect.ts';

const retail = (table: string) => ({ catalog: 'main', schema: 'retail', table });
const basic: GrantPlan = {
  principal: { kind: 'service-principal', name: '6f2b0f4e-7f0a-4c7e-9a2e-0a8c1c2d3e4f' },
  tables: [
    { path: retail('households'), leaveOut: [], columns: ['household_key', 'email'] },
    { path: retail('transactions'), leaveOut: [], columns: ['household_key', 'amount'] },
  ],
  warehouse: '1234567890abcdef',
  host: 'adb-1.azuredatabricks.net',
};

const PLANS: readonly { name: string; plan: GrantPlan }[] = [
  { name: 'read-two-tables', plan: basic },
  {
    name: 'leave-columns-out',
    plan: {
      ...basic,
      principal: { kind: 'group', name: 'campaign managers' },
      tables: [
        {
          path: retail('households'),
          leaveOut: ['email', 'phone'],
          columns: ['household_key', 'email', 'phone', 'city'],
        },
        { path: { ...retail('offers'), schema: 'media' }, leaveOut: [], columns: ['household_key'] },
      ],
    },
  },
  {
    name: 'one-writable-schema',
    plan: { ...basic, writable: { catalog: 'ops', schema: 'slipway state' }, warehouse: '' },
  },
  {
    name: 'hostile-names',
    plan: {
      ...basic,
      principal: { kind: 'user', name: 'a`; DROP TABLE x; --@example.com' },
      tables: [
        {
          path: { catalog: 'ma`in', schema: "re'tail", table: 'house.holds; --' },
          leaveOut: ["it's"],
          columns: ['key`', "it's"],
        },
      ],
      warehouse: "x' ; rm",
    },
  },
];

describe('the grant script', () => {
  it.each(PLANS)('for $name stays as it is', async ({ name, plan }) => {
    await expect(compileGrantScript(plan, databricksDialect)).toMatchFileSnapshot(`sql/grants/${name}.sql`);
  });

  it('holds every statement that the check of the same needs names', () => {
    for (const { plan } of PLANS) {
      const script = compileGrantScript(plan, databricksDialect);
      for (const need of listNeeds({ ...plan, tables: [...plan.tables] }, plan.warehouse)) {
        expect(script).toContain(compileGrant(need, plan.principal, databricksDialect));
      }
    }
  });

  it('grants nothing that writes unless a writable schema is asked for', () => {
    const statements = compileGrantScript(basic, databricksDialect)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('--'));
    expect(statements.length).toBe(4);
    expect(statements.every((line) => /^GRANT (USE CATALOG|USE SCHEMA|SELECT) ON /.test(line))).toBe(true);
  });

  it('refuses a principal that no engine would take', () => {
    const plan: GrantPlan = { ...basic, principal: { kind: 'user', name: 'a\nGRANT ALL' } };
    expect(() => compileGrantScript(plan, databricksDialect)).toThrow(AppError);
  });
});

describe('taking back a grant', () => {
  const grant = { principal: 'x`y', privilege: 'MODIFY', objectKind: 'TABLE', object: 'main.retail.a' };

  it.each([
    [grant, 'REVOKE MODIFY ON TABLE `main`.`retail`.`a` FROM `x``y`;'],
    [
      { ...grant, privilege: 'ALL_PRIVILEGES', objectKind: 'Schema', object: '`ma.in`.retail' },
      'REVOKE ALL PRIVILEGES ON SCHEMA `ma.in`.`retail` FROM `x``y`;',
    ],
    [
      { ...grant, privilege: 'OWN', objectKind: 'CATALOG', object: 'main' },
      'ALTER CATALOG `main` SET OWNER TO `<another owner>`;',
    ],
    [{ ...grant, privilege: 'X; DROP' }, '-- Take back "X; DROP" on TABLE `main`.`retail`.`a`'],
  ])('names the privilege, the object and the principal', (each, statement) => {
    expect(compileRevoke(each, databricksDialect)).toBe(statement);
  });
});
