import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ProfileApi } from '../../../electron/domain/profile-api.ts';
import type { Services } from '../../../electron/services/index.ts';
import { useEngine } from '../../support/engine.ts';

const engine = useEngine();
const folder = join(engine.folder, 'data');
const file = join(folder, 'customers.csv');
let services: Services;
let url: string;
let token: string;

const text = { kind: 'text', native: 'VARCHAR' } as const;
const WHOLE = 'id,city,tier\na,Bern,gold\nb,Basel,silver\n';

beforeAll(async () => {
  mkdirSync(folder);
  writeFileSync(file, WHOLE);
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
        { column: 'tier', label: 'Tier', type: text },
      ],
    },
    entities: [],
    traits: [],
  });
  const { isOn: _, keys: __, ...empty } = ProfileApi.parse({ port: 0 });
  const part = (id: string) => ({
    id,
    name: id,
    columns: [{ kind: 'attribute' as const, entity: 'customer', column: id }],
    audiences: [],
  });
  await services.profileApis.save('files', {
    form: { ...empty, parts: [part('city'), part('tier')] },
    secrets: {},
  });
  ({ token } = await services.profileApis.addKey('files', { name: 'Shop', parts: ['city', 'tier'] }));
  url = (await services.profileApis.turnOn('files')).url ?? '';
  await services.profileApis.settled('files');
});

const ask = async (path: string) => {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const refresh = async (): Promise<void> => {
  await services.profileApis.refresh('files');
  await services.profileApis.settled('files');
};

describe('a warehouse that fails, or whose tables change', () => {
  it('leaves the last good profiles with the instant that they are of, and a warning of health', async () => {
    const before = await ask('/v1/profiles/a');
    expect(before.status).toBe(200);
    expect((await ask('/healthz')).body).toMatchObject({ status: 'ok' });

    renameSync(file, `${file}.away`);
    await refresh();
    expect(await ask('/v1/profiles/a')).toEqual(before);
    const health = (await ask('/healthz')).body;
    expect(health).toMatchObject({ status: 'degraded' });
    expect(JSON.stringify(health)).toContain('warning');
    const { parts } = await services.profileApis.state('files');
    expect(parts.map(({ error }) => error?.code)).not.toContain(undefined);

    renameSync(`${file}.away`, file);
    // The first look at a folder after a failure finds the file anew; the next one reads it.
    await refresh();
    await refresh();
    expect((await ask('/healthz')).body).toMatchObject({ status: 'ok' });
    const after = await ask('/v1/profiles/a');
    const instant = (answer: typeof before) =>
      (answer.body['parts'] as Record<string, { asOf: string }>)['city']?.asOf ?? '';
    expect(instant(after) > instant(before)).toBe(true);
  });

  it('keeps the part whose column is gone, and reads the others anew', async () => {
    writeFileSync(file, 'id,city\na,Biel\nc,Thun\n');
    await refresh();
    const { parts } = (await ask('/v1/profiles/a')).body as {
      parts: Record<string, { asOf: string; attributes: unknown }>;
    };
    expect(parts['tier']?.attributes).toEqual({ tier: 'gold' });
    const states = (await services.profileApis.state('files')).parts;
    expect(states.find(({ id }) => id === 'tier')?.error?.code).toMatch(/COLUMN_MISSING|QUERY_FAILED/);
    expect((await ask('/healthz')).body).toMatchObject({ status: 'degraded' });
  });
});
