import { describe, expect, it } from 'vitest';
import { databricks } from '../../../electron/warehouses/databricks.ts';
import { parseHost, readAddress } from '../../../electron/warehouses/databricks-settings.ts';

describe('a server hostname', () => {
  it.each([
    ['adb-123.4.azuredatabricks.net', 'adb-123.4.azuredatabricks.net', undefined],
    ['  ADB-123.4.AzureDatabricks.net ', 'adb-123.4.azuredatabricks.net', undefined],
    ['https://dbc-1.cloud.databricks.com', 'dbc-1.cloud.databricks.com', undefined],
    ['https://dbc-1.cloud.databricks.com/?o=123#job', 'dbc-1.cloud.databricks.com', undefined],
    ['https://dbc-1.cloud.databricks.com:8443/sql', 'dbc-1.cloud.databricks.com', '8443'],
    ['localhost', 'localhost', undefined],
    ['127.0.0.1:1', '127.0.0.1', '1'],
  ])('%j is read as %s', (text, host, port) => {
    expect(parseHost(text)).toEqual({ host, ...(port === undefined ? {} : { port }) });
  });

  it.each(['', ' ', 'https://', 'two words', 'user:secret@host', 'a..b', '-a', 'host/..\nevil', 'ho_st!'])(
    '%j is refused',
    (text) => {
      expect(() => parseHost(text)).toThrow(
        expect.objectContaining({ code: 'SETTINGS_INVALID', where: 'settings.host' }),
      );
    },
  );
});

describe('the settings of Databricks', () => {
  const settings = { host: 'a.example', path: 'sql/1.0/warehouses/1', port: 443 };

  it('are read with a slash before the path, and the pasted port first', () => {
    expect(
      readAddress({ ...settings, host: 'https://a.example:444/', catalog: ' retail ' }, { token: ' t ' }),
    ).toEqual({
      host: 'a.example',
      port: 444,
      path: '/sql/1.0/warehouses/1',
      credentials: { kind: 'token', token: 't' },
      catalog: 'retail',
    });
  });

  it.each([
    ['port', { ...settings, port: 70_000 }, { token: 't' }],
    ['path', { ...settings, path: ' ' }, { token: 't' }],
    ['token', settings, {}],
    ['clientId', { ...settings, auth: 'oauth' }, { clientSecret: 's' }],
    ['clientSecret', { ...settings, auth: 'oauth', clientId: 'a' }, { token: 't' }],
  ])('name the field %s that is wrong', (field, given, secrets) => {
    expect(() => readAddress(given, secrets)).toThrow(
      expect.objectContaining({ code: 'SETTINGS_INVALID', where: `settings.${field}` }),
    );
  });
});

describe('the state schema of Databricks', () => {
  const settings = { host: 'a.example', path: '/sql/1.0/warehouses/1', port: 443 };
  const read = (stateSchema: string) => readAddress({ ...settings, stateSchema }, { token: 't' }).state;

  it.each([
    ['main.slipway', { catalog: 'main', schema: 'slipway' }],
    [' ops.`slipway.state` ', { catalog: 'ops', schema: 'slipway.state' }],
    ['', undefined],
    [' ', undefined],
  ])('%j is read as two names', (text, schema) => {
    expect(read(text)).toEqual(schema);
    expect(databricks.stateSchema?.({ ...settings, stateSchema: text })).toEqual(schema);
  });

  it.each(['main', 'main.slipway.t', 'main.', '.slipway', 'main.sli`pway', 'a.b.c.d', 'main.\u0000'])(
    '%j is refused',
    (text) => {
      expect(() => read(text)).toThrow(
        expect.objectContaining({ code: 'SETTINGS_INVALID', where: 'settings.stateSchema' }),
      );
      expect(databricks.stateSchema?.({ ...settings, stateSchema: text })).toBeUndefined();
    },
  );
});
