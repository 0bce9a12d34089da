import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LedgerCheck } from '../../../electron/domain/egress.ts';
import {
  readWorkspaceFile,
  requireWorkspace,
  writeWorkspaceFile,
} from '../../../electron/domain/workspace-file.ts';
import { useEngine } from '../../support/engine.ts';
import { runCli, secretVariable } from '../../support/run-cli.ts';
import { seedActivations } from '../../support/seed-activations.ts';
import { readArrival } from '../../support/seed-arrival.ts';
import { SAMPLE, addDestination, importSeed, runToEnd } from '../../support/seed-engine.ts';
import { type SeedVendors, noteMissingServers, startSeedVendors } from '../../support/seed-vendors.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const engine = useEngine();
const note = await noteMissingServers();

describe(`the seed’s audiences arrive${note}`, () => {
  let vendors: SeedVendors;
  beforeAll(async () => {
    vendors = await startSeedVendors();
  });
  afterAll(() => vendors.stop());

  it('from the engine', async () => {
    const { services } = engine.engine();
    importSeed(services);
    for (const { label, kind, id, ...account } of vendors.places) {
      const saved = await addDestination(services, label, kind, account);
      expect(saved.storedSecrets).toEqual(Object.keys(account.secrets));
      const [activations] = [seedActivations(vendors.places).filter(({ destination }) => destination === id)];
      for (const { id: activationId, ...form } of activations) {
        const { activation } = services.activations.save(SAMPLE, { ...form, destination: saved.id });
        const run = await runToEnd(services, activation.id);
        expect({ activationId, error: run.error, status: run.status }).toEqual({
          activationId,
          error: undefined,
          status: run.counts.rejected === 0 ? 'succeeded' : 'incomplete',
        });
      }
    }
    const { received, expected } = await readArrival(vendors, engine.home);
    expect(received).toEqual(expected);
    expect(services.ledger.verify()).not.toHaveProperty('broken');
  });
});

describe(`the seed’s audiences arrive${note}`, () => {
  let vendors: SeedVendors;
  beforeAll(async () => {
    vendors = await startSeedVendors();
  });
  afterAll(() => vendors.stop());

  it('from the command line', async () => {
    const example = readFileSync(join(root, 'examples', 'retail.workspace.yaml'), 'utf8');
    const workspace = requireWorkspace(readWorkspaceFile(example));
    const activations = seedActivations(vendors.places);
    const file = join(engine.folder, 'seed.yaml');
    writeFileSync(
      file,
      writeWorkspaceFile({
        ...workspace,
        destinations: vendors.places.map(({ id, label, kind, settings }) => ({ id, label, kind, settings })),
        models: workspace.models.map((model) => ({ ...model, activations })),
      }),
    );
    const home = join(engine.folder, 'command-line');
    const secrets = vendors.places.flatMap(({ id, secrets: held }) =>
      Object.entries(held).map(([key, value]) => [secretVariable(id, key), value] as const),
    );
    const env = { ...process.env, SLIPWAY_HOME: home, ...Object.fromEntries(secrets) };
    for (const { name } of activations) {
      const { code, out, errors } = await runCli(['run', file, name, '--json'], env);
      expect({ name, code: code <= 1, errors }).toMatchObject({ name, code: true });
      expect(JSON.parse(out)).toMatchObject({ kind: 'activation', activationName: name });
    }
    const { received, expected } = await readArrival(vendors, home);
    expect(received).toEqual(expected);
    const { code, out } = await runCli(['ledger', 'verify', file, '--json'], env);
    expect(code).toBe(0);
    expect(LedgerCheck.parse(JSON.parse(out)).entries).toBeGreaterThanOrEqual(activations.length);
  });
});
