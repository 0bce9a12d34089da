// All counts of eight conditions from one query, against the plain audience query of the same rule.
import { compileCount, compileHistogram, compileMembers } from '../../electron/sql/index.ts';
import { sample } from '../../electron/warehouses/sample.ts';
import { EIGHT_CONDITIONS } from './support/eight-conditions.ts';
import { median, report, timeOf } from './support/measure.ts';
import { openSample, planSample } from './support/sample-bench.ts';

const RUNS = 5;
const { warehouse, size } = await openSample();
const { plan } = planSample(EIGHT_CONDITIONS);
const members = compileMembers(plan, sample.dialect);
// The ids stay in the warehouse, so that neither side pays for carrying rows.
const audience = compileCount(members);
const histogram = compileHistogram(plan, sample.dialect);
await warehouse.query(audience);
const ours: number[] = [];
const theirs: number[] = [];
for (let run = 0; run < RUNS; run += 1) {
  ours.push(await timeOf(() => warehouse.query(histogram)));
  theirs.push(await timeOf(() => warehouse.query(audience)));
}
await warehouse.close();
const ratio = median(ours.map((each, run) => each / (theirs[run] ?? Number.NaN)));
report({ bench: 'counts', ratio, goal: 1.1, ours: median(ours), theirs: median(theirs), unit: 'ms', size });
