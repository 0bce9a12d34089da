import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Services } from '../../../electron/services/index.ts';
import { useEngine } from '../../support/engine.ts';
import { FILES, connectCustomers, formOfColumns } from '../../support/profile-api/customers-file.ts';
import { findPostgres, type Postgres, startPostgres } from '../../support/profile-api/postgres.ts';
import { titleWith } from '../../support/test-tools.ts';

const tool = await findPostgres();
const engine = useEngine();

describe.skipIf('missing' in tool)(titleWith(tool, 'PostgreSQL'), () => {
  let server: Postgres;
  let services: Services;
  let token: string;

  beforeAll(async () => {
    if ('missing' in tool) return;
    server = await startPostgres(tool);
    await server.sql(`CREATE ROLE app LOGIN PASSWORD 'the first'; GRANT ALL ON SCHEMA public TO app`);
    ({ services } = engine.engine());
    await connectCustomers(services, join(engine.folder, 'data'), 'id,city\na,Bern\n');
    await savePassword('the first');
    ({ token } = await services.profileApis.addKey(FILES, { name: 'Shop', parts: ['city'] }));
    await services.profileApis.turnOn(FILES);
    await services.profileApis.settled(FILES);
  });

  afterAll(async () => {
    if ('missing' in tool) return;
    await services.profileApis.turnOff(FILES);
    await server.remove();
  });

  async function savePassword(password: string): Promise<void> {
    const { host, port, database } = server;
    const settings = { host, port, database, user: 'app', encryption: 'off', table: 'profiles' };
    await services.profileApis.save(FILES, {
      form: { ...formOfColumns(['city']), store: { kind: 'postgres', settings } },
      secrets: { password },
    });
  }

  const ask = async (): Promise<number> => {
    const { url } = await services.profileApis.state(FILES);
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
    await services.profileApis.settled(FILES);
    expect(await ask()).toBe(200);
  });
});
