import { describe, expect, it } from 'vitest';
import { checkSettings, splitPasted } from '../../../electron/domain/field-spec.ts';
import { splitServerAddress } from '../../../electron/domain/server-address.ts';
import { DATABRICKS_SETTINGS } from '../../../electron/warehouses/databricks-settings.ts';

const jdbc =
  'jdbc:databricks://adb-1.2.azuredatabricks.net:443/default;transportMode=http;ssl=1;AuthMech=3;httpPath=/sql/1.0/warehouses/abc;UID=token;PWD=dapi-canary';

describe('a pasted address', () => {
  it.each([
    ['adb-1.2.azuredatabricks.net', { host: 'adb-1.2.azuredatabricks.net', secrets: {} }],
    ['adb-1.net/?o=123', { host: 'adb-1.net', secrets: {} }],
    ['two words', undefined],
    ['https://adb-1.2.azuredatabricks.net', { host: 'adb-1.2.azuredatabricks.net', secrets: {} }],
    ['https://ADB-1.net/?o=123#job/4', { host: 'adb-1.net', secrets: {} }],
    ['https://adb-1.net:8443/explore/data', { host: 'adb-1.net', port: 8443, secrets: {} }],
    [
      'https://adb-1.net/sql/1.0/warehouses/abc?o=123',
      { host: 'adb-1.net', path: '/sql/1.0/warehouses/abc', secrets: {} },
    ],
    [
      jdbc,
      {
        host: 'adb-1.2.azuredatabricks.net',
        port: 443,
        path: '/sql/1.0/warehouses/abc',
        auth: 'token',
        secrets: { token: 'dapi-canary' },
      },
    ],
    [
      'jdbc:databricks://h.example:443;httpPath=/sql/1.0/warehouses/x;AuthMech=3;UID=token;PWD=<personal-access-token>',
      { host: 'h.example', port: 443, path: '/sql/1.0/warehouses/x', auth: 'token', secrets: {} },
    ],
    [
      'jdbc:databricks://h.example;httpPath=/sql/1.0/warehouses/x;AuthMech=11;Auth_Flow=1;OAuth2ClientId=app-1;OAuth2Secret=s3cret;ConnCatalog=retail',
      {
        host: 'h.example',
        path: '/sql/1.0/warehouses/x',
        auth: 'oauth',
        clientId: 'app-1',
        catalog: 'retail',
        secrets: { clientSecret: 's3cret' },
      },
    ],
  ])('%j is split into its parts', (text, parts) => {
    expect(splitServerAddress(text)).toEqual(parts);
  });

  it('fills the fields of the form, and puts its password only where secrets go', () => {
    const form = splitPasted(DATABRICKS_SETTINGS, { settings: { host: jdbc }, secrets: {} });
    expect(form).toEqual({
      settings: {
        host: 'adb-1.2.azuredatabricks.net',
        port: 443,
        path: '/sql/1.0/warehouses/abc',
        auth: 'token',
      },
      secrets: { token: 'dapi-canary' },
    });
    expect(checkSettings(DATABRICKS_SETTINGS, { host: jdbc }, {})).toEqual({});
  });

  it('does not replace a secret that was typed', () => {
    const form = splitPasted(DATABRICKS_SETTINGS, { settings: { host: jdbc }, secrets: { token: 'typed' } });
    expect(form.secrets).toEqual({ token: 'typed' });
  });

  it.each([jdbc.replace('//', '/'), 'adb-1.net;PWD=dapi-canary', 'jdbc:mysql://h/x?password=canary'])(
    '%j is refused: it may hold a secret, and settings are kept on disk',
    (host) => {
      const problems = checkSettings(DATABRICKS_SETTINGS, { host, path: '/x' }, { token: 't' });
      expect(problems['host']).toMatch(/must be a host name, a URL or a JDBC string/);
      expect(JSON.stringify(problems)).not.toContain('canary');
    },
  );
});
