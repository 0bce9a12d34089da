import { join } from 'node:path';
import { homedir } from 'node:os';
import type { OutputColumn } from '../../../electron/domain/audience.ts';
import { composeRules } from '../../../electron/domain/composition.ts';
import type { Rule } from '../../../electron/domain/rule.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import type { SampleSize } from '../../../electron/sample/sample-size.ts';
import { planAudience } from '../../../electron/sql/index.ts';
import { sample } from '../../../electron/warehouses/sample.ts';
import type { OpenWarehouse } from '../../../electron/warehouses/warehouse.ts';
import { benchSize } from './measure.ts';

/** The instant at which the sample stands still. */
const AS_OF = sample.pinnedAsOf ?? '2026-11-01T00:00:00.000Z';

/** The folder below which the samples of benchmarks are kept between runs. */
export function benchHome(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'slipway', 'bench');
}

/** Opens the sample of the benchmark's size; made once, which takes a minute or two for the large one. */
export async function openSample(): Promise<{ warehouse: OpenWarehouse; size: SampleSize; home: string }> {
  const size = benchSize();
  const home = benchHome();
  return { warehouse: await sample.open({ settings: { size }, secrets: {}, home }), size, home };
}

/** The plan of a rule on the sample. */
export function planSample(rule: Rule, outputs: readonly OutputColumn[] = []) {
  const model = sampleModel();
  const composition = composeRules([rule], { model, audiences: [] });
  return { composition, plan: planAudience({ model, composition, outputs, asOf: AS_OF }) };
}
