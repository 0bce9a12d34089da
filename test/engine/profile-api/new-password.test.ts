import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProfileApi } from '../../../electron/domain/profile-api.ts';
import type { Services } from '../../../electron/services/index.ts';
import { useEngine } from '../../support/engine.ts';
import { findPostgres, type Postgres, startPostgres } from '../../support/profile-api/postgres.ts';
import { titleWith } from '../../support/test-tools.ts';

const tool = await findPostgres();
const engine = useEngine();
const text = { kind: 'text', native: 'VARCHAR' } as const;

describe.skipIf('missing' in tool)(titleWith(tool, 'PostgreSQL'), () => {
  let server: Postgres;
  let services: Services;
  let token: string;

  beforeAll(async () => {
    if ('missing' in tool) return;
    server = await startPostgres(tool);
    await server.sql(`CREATE ROLE app LOGIN PASSWORD 'the first'; GRANT ALL ON SCHEMA public TO app`);
    const folder = join(engine.folder, 'data');
    mkdirSync(folder);
    writeFileSync(join(folder, 'customers.csv'), 'id,city\na,Bern\n');
    ({ services } = engine.engine());
    await services.connections.save({
      label: 'Files',
      kind: 'duckdb',
      settings: { path: folder },
      secrets: {},
    });
    await services.catalog.refresh('files', {});
    services.models.save('files', {
      customer: {
        label: 'Customer',
        table: { catalog: 'files', schema: 'default', table: 'customers' },
        idColumn: 'id',
        attributes: [
          { column: 'id', label: 'Id', type: text, pii: 'customer-id' },
          { column: 'city', label: 'City', type: text },
        ],
      },
      entities: [],
      traits: [],
    });
    await savePassword('the first');
    ({ token } = await services.profileApis.addKey('files', { name: 'Shop', parts: ['city'] }));
    await services.profileApis.turnOn('files');
    await services.profileApis.settled('files');
  });

  afterAll(async () => {
    if ('missing' in tool) return;
    await services.profileApis.turnOff('files');
    await server.remove();
  });

  async function savePassword(password: string): Promise<void> {
    const { isOn: _, keys: __, ...empty } = ProfileApi.parse({ port: 0 });
    const { host, port, database } = server;
    await services.profileApis.save('files', {
      form: {
        ...empty,
        store: {
          kind: 'postgres',
          settings: { host, port, database, user: 'app', encryption: 'off', table: 'profiles' },
        },
        parts: [
          {
            id: 'city',
            name: 'City',
            columns: [{ kind: 'attribute', entity: 'customer', column: 'city' }],
            audiences: [],
          },
        ],
      },
      secrets: { password },
    });
  }

  const ask = async (): Promise<number> => {
    const { url } = await services.profileApis.state('files');
    const response = await fetch(`${url ?? ''}/v1/profiles/a`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return response.status;
  };
  const changePassword = async (password: string): Promise<void> => {
    await server.sql(`ALTER ROLE app PASSWORD '${password}';
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'`);
  };

  it('signs in by a new password as soon as it is saved', async () => {
    expect(await ask()).toBe(200);
    await changePassword('the second');
    expect(await ask()).toBe(503);
    await savePassword('the second');
    await services.profileApis.settled('files');
    expect(await ask()).toBe(200);
  });
});
