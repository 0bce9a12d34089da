import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { composeEngine } from '../../../electron/compose.ts';
import type { Rule } from '../../../electron/domain/rule.ts';
import { SAMPLE, importSeed } from '../seed-engine.ts';
import { bundleChild } from './bundle-child.ts';
import type { OrdealParts } from './ordeal.ts';
import { readSamplePeople } from './sample-people.ts';

const has = (column: string, op: 'is-not-empty' | 'is-true'): Rule => ({
  kind: 'condition',
  condition: { kind: 'attribute', entity: 'customer', column, test: { op } },
});

/** How often each is killed, and the seed of when: `SLIPWAY_KILLS` and `SLIPWAY_SEED` choose others. The seed of a failure repeats it, as far as times do. */
export const KILLS = Number(process.env['SLIPWAY_KILLS'] ?? 50);
export const SEED = Number(process.env['SLIPWAY_SEED'] ?? Date.now() % 1_000_000);
/** How long an ordeal may take, in milliseconds. */
export const ORDEAL_TIMEOUT = 900_000;

/** What all ordeals of a test file share, made before the first and removed after the last. */
export function useOrdeals(): { readonly folder: string; parts(): OrdealParts } {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-kill-'));
  let parts: OrdealParts | undefined;
  beforeAll(async () => {
    // Children start hundreds of times: what one has compiled serves the others.
    process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
    parts = await prepareOrdeals(folder);
  }, ORDEAL_TIMEOUT);
  afterAll(() => {
    delete process.env['NODE_COMPILE_CACHE'];
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    parts: () => {
      if (parts === undefined) throw new Error('The ordeals are not prepared.');
      return parts;
    },
  };
}

async function prepareOrdeals(folder: string): Promise<OrdealParts> {
  const child = await bundleChild(folder);
  const first = join(folder, 'first');
  const engine = await composeEngine({ home: first, keychain: 'memory', version: '0.0.0', schedules: false });
  const { audiences, models } = engine.services;
  importSeed(engine.services);
  const withEmail = has('email', 'is-not-empty');
  const consenting: Rule = { kind: 'all', rules: [withEmail, has('email_consent', 'is-true')] };
  audiences.save(SAMPLE, { name: 'Everyone', rule: withEmail, columns: [] });
  audiences.save(SAMPLE, { name: 'Consenting', rule: consenting, columns: [] });
  // Makes the lakehouse, which the homes of all ordeals copy.
  await models.readiness(SAMPLE, {});
  await engine.close();
  return { child, first, people: await readSamplePeople(first) };
}
