// A recomposition of eight conditions from the histogram: every group and the whole, in the app, without a query.
import { composeRules } from '../../electron/domain/composition.ts';
import { countMatching } from '../../electron/domain/histogram.ts';
import { sampleModel } from '../../electron/sample/sample-model.ts';
import { compileHistogram, readHistogram } from '../../electron/sql/index.ts';
import { sample } from '../../electron/warehouses/sample.ts';
import { EIGHT_CONDITIONS } from './support/eight-conditions.ts';
import { report } from './support/measure.ts';
import { openSample, planSample } from './support/sample-bench.ts';

const ROUNDS = 500;
const GOAL_MS = 1;
const { warehouse, size } = await openSample();
const { plan, composition } = planSample(EIGHT_CONDITIONS);
const { rows } = await warehouse.query(compileHistogram(plan, sample.dialect));
await warehouse.close();
const histogram = readHistogram(rows, plan);
const model = sampleModel();
const recompose = (): void => {
  const { nodes } = composeRules([EIGHT_CONDITIONS], { model, audiences: [] }, composition.conditions);
  for (const expression of nodes.values()) countMatching(expression, histogram);
};
recompose();
const start = performance.now();
for (let round = 0; round < ROUNDS; round += 1) recompose();
const ours = (performance.now() - start) / ROUNDS;
report({ bench: 'recompose', ratio: ours / GOAL_MS, goal: 1, ours, theirs: GOAL_MS, unit: 'ms', size });
