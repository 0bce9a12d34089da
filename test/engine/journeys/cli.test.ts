import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Tick } from '../../../electron/domain/tick.ts';
import {
  readWorkspaceFile,
  requireWorkspace,
  writeWorkspaceFile,
} from '../../../electron/domain/workspace-file.ts';
import type { Workspace } from '../../../electron/domain/workspace.ts';
import { Journey } from '../../../electron/domain/journey.ts';
import { useEngine } from '../../support/engine.ts';
import { runCli, secretVariable } from '../../support/run-cli.ts';
import { seedJourney } from '../../support/seed-journey.ts';
import { expectedByApi, readSeedBranches } from '../../support/seed-journey-arrival.ts';
import { type SeedVendors, startSeedVendors } from '../../support/seed-vendors.ts';

const EXAMPLE = new URL('../../../examples/retail.workspace.yaml', import.meta.url);
const engine = useEngine();

describe('slipway tick', () => {
  let vendors: SeedVendors;
  let workspace: Workspace;
  let env: NodeJS.ProcessEnv;
  let file: string;

  beforeAll(async () => {
    vendors = await startSeedVendors();
    workspace = requireWorkspace(readWorkspaceFile(readFileSync(EXAMPLE, 'utf8')));
    file = join(engine.folder, 'journeys.yaml');
    const secrets = vendors.places.flatMap(({ id, secrets: held }) =>
      Object.entries(held).map(([key, value]) => [secretVariable(id, key), value] as const),
    );
    env = {
      ...process.env,
      SLIPWAY_HOME: join(engine.folder, 'command-line'),
      ...Object.fromEntries(secrets),
    };
  });
  afterAll(() => vendors.stop());

  const write = (changes: Partial<Journey>): void => {
    const journey = Journey.parse({ id: 'offer', ...seedJourney('Bundle offer'), ...changes });
    writeFileSync(
      file,
      writeWorkspaceFile({
        ...workspace,
        destinations: vendors.places.map(({ id, label, kind, settings }) => ({ id, label, kind, settings })),
        models: workspace.models.map((model) => ({ ...model, activations: [], journeys: [journey] })),
      }),
    );
  };
  const tick = async (...options: string[]) => {
    const { code, out, errors } = await runCli(['tick', file, 'Bundle offer', ...options, '--json'], env);
    return { code, errors, tick: out === '' ? undefined : Tick.parse(JSON.parse(out)) };
  };

  it('publishes what the file says when told to, sends it once, and does not tick past a change', async () => {
    write({});
    const unpublished = await tick();
    expect(unpublished.code).toBe(1);
    expect(unpublished.errors).toContain('“Bundle offer” is not published.');
    expect(unpublished.errors).toContain('--publish');

    const first = await tick('--publish');
    expect(first).toMatchObject({ code: 0, errors: '', tick: { number: 1, status: 'done', version: 1 } });
    const expected = expectedByApi(await readSeedBranches(join(engine.folder, 'command-line')));
    const received = () => ({
      newsletter: vendors.mailed(),
      facebook: vendors.members('facebook'),
      pinterest: vendors.members('pinterest'),
      tiktok: vendors.members('tiktok'),
    });
    expect(received()).toEqual(expected);

    const second = await tick();
    expect(second).toMatchObject({ code: 0, tick: { number: 2, status: 'done', sends: [] } });
    expect(received()).toEqual(expected);

    write({ exits: ['high-bread'] });
    const changed = await tick();
    expect(changed.code).toBe(1);
    expect(changed.errors).toContain('is not what was published as version 1');
    const republished = await tick('--publish', '--inside', 'leave');
    expect(republished).toMatchObject({ code: 0, tick: { number: 3, version: 2, status: 'done' } });

    const wrong = await runCli(['tick', file, 'Bundle offer', '--inside', 'stay'], env);
    expect(wrong.code).toBe(2);
    const check = await runCli(['check', file], env);
    expect(check).toMatchObject({ code: 0 });
  });
});
