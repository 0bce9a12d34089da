import { join } from 'node:path';
import { homedir } from 'node:os';
import { composeRules } from '../../../electron/domain/composition.ts';
import type { Rule } from '../../../electron/domain/rule.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import { planAudience } from '../../../electron/sql/index.ts';
import { sample } from '../../../electron/warehouses/sample.ts';
import type { OpenWarehouse } from '../../../electron/warehouses/warehouse.ts';

/** The instant at which the sample stands still. */
const AS_OF = sample.pinnedAsOf ?? '2026-11-01T00:00:00.000Z';

/** Opens the sample of a size (`SLIPWAY_BENCH_SIZE`, large unless stated), kept in the cache folder between runs. */
export async function openSample(): Promise<{ warehouse: OpenWarehouse; size: string; home: string }> {
  const size = process.env['SLIPWAY_BENCH_SIZE'] ?? 'large';
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const home = join(cache, 'slipway', 'bench');
  return { warehouse: await sample.open({ settings: { size }, secrets: {}, home }), size, home };
}

/** The plan of a rule on the sample. */
export function planSample(rule: Rule) {
  const model = sampleModel();
  const composition = composeRules([rule], { model, audiences: [] });
  return { composition, plan: planAudience({ model, composition, asOf: AS_OF }) };
}

/** Milliseconds that an act takes. */
export async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Prints the one JSON line of a benchmark. */
export function report(line: {
  bench: string;
  ratio: number;
  goal: number;
  ours: number;
  theirs: number;
  unit: string;
  size?: string;
}): void {
  console.log(JSON.stringify({ ...line, ok: line.ratio <= line.goal }));
}
