import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Services } from '../../../electron/services/index.ts';
import { useEngine } from '../../support/engine.ts';
import { FILES, connectCustomers, formOfColumns } from '../../support/profile-api/customers-file.ts';

const engine = useEngine();
let services: Services;
let file: string;
let url: string;
let token: string;

const WHOLE = 'id,city,tier\na,Bern,gold\nb,Basel,silver\n';

beforeAll(async () => {
  ({ services } = engine.engine());
  file = await connectCustomers(services, join(engine.folder, 'data'), WHOLE);
  await services.profileApis.save(FILES, { form: formOfColumns(['city', 'tier']), secrets: {} });
  ({ token } = await services.profileApis.addKey(FILES, { name: 'Shop', parts: ['city', 'tier'] }));
  url = (await services.profileApis.turnOn(FILES)).url ?? '';
  await services.profileApis.settled(FILES);
});

const ask = async (path: string) => {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const refresh = async (): Promise<void> => {
  await services.profileApis.refresh(FILES);
  await services.profileApis.settled(FILES);
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
    const { parts } = await services.profileApis.state(FILES);
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
    const states = (await services.profileApis.state(FILES)).parts;
    expect(states.find(({ id }) => id === 'tier')?.error?.code).toMatch(/COLUMN_MISSING|QUERY_FAILED/);
    expect((await ask('/healthz')).body).toMatchObject({ status: 'degraded' });
  });

  it('tells nothing any more once its time to live is over, and everything again once the warehouse is back', async () => {
    writeFileSync(file, WHOLE);
    await refresh();
    const before = await ask('/v1/profiles/a');
    expect(before.status).toBe(200);
    renameSync(file, `${file}.away`);

    afterHours(23);
    await refresh();
    expect(await ask('/v1/profiles/a')).toEqual(before);
    afterHours(2);
    await refresh();
    expect((await ask('/v1/profiles/a')).status).toBe(503);
    expect((await ask('/v1/profiles/nobody')).status).toBe(503);
    expect(await ask('/healthz')).toMatchObject({ status: 503, body: { status: 'degraded' } });

    renameSync(`${file}.away`, file);
    await refresh();
    await refresh();
    expect((await ask('/v1/profiles/a')).body).toMatchObject({
      parts: { tier: { attributes: { tier: 'gold' } } },
    });
  });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Sets the clock of the engine ahead; timers go on as before. The time to live is a day. */
function afterHours(hours: number): void {
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: now + hours * 3_600_000 });
}
