import { join } from 'node:path';
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

/** Makes what all ordeals of a test file share, below a folder. */
export async function prepareOrdeals(folder: string): Promise<OrdealParts> {
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
