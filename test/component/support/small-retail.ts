import { composeRules, type Definitions, type LeafCondition } from '../../../electron/domain/composition.ts';
import { BITS_PER_MASK, type Histogram } from '../../../electron/domain/histogram.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { Audience } from '../../../electron/domain/audience.ts';
import type { Rule } from '../../../electron/domain/rule.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import { customerIds, members, type World } from '../../support/oracle/evaluate.ts';
import { toScaled, type Cell, type Row } from '../../support/oracle/values.ts';
import { AS_OF } from './canned-lakehouse.ts';

/** How many households the small lakehouse has. */
const HOUSEHOLDS = 60;
const CITIES = ['London', 'Chicago', 'Lyon'];

const text = (value: string): Cell => ({ kind: 'text', text: value });
const whole = (value: number): Cell => ({ kind: 'exact', scaled: toScaled(String(value)) });
const double = (value: number): Cell => ({ kind: 'double', number: value });

function household(at: number): Row {
  return {
    household_key: whole(at),
    email: at % 5 === 0 ? null : text(`person${at}@example.com`),
    city: text(CITIES[at % CITIES.length] ?? ''),
    email_consent: { kind: 'boolean', truth: at % 3 !== 0 },
  };
}

function scores(at: number): Row[] {
  const row = (category: string, score: number): Row => ({
    household_key: whole(at),
    category: text(category),
    score: double(score),
  });
  return [row('bread', (at % 50) / 50), row('soft drinks', ((at * 7) % 50) / 50)];
}

/** The sample's model over a few households in memory: what the component tests count. */
export function smallWorld(model: CustomerModel = sampleModel(), audiences: readonly Audience[] = []): World {
  const all = Array.from({ length: HOUSEHOLDS }, (_, at) => at + 1);
  return {
    model,
    audiences,
    asOf: AS_OF,
    rows: { customer: all.map(household), 'propensity-scores': all.flatMap(scores) },
  };
}

/** How many households a rule holds for, by the oracle. */
export function countMembers(rule: Rule, definitions: Definitions): number {
  return members(rule, smallWorld(definitions.model, definitions.audiences)).size;
}

/** The histogram of these rules, each condition evaluated by the oracle. */
export function countHistogram(rules: readonly Rule[], definitions: Definitions): Histogram {
  const world = smallWorld(definitions.model, definitions.audiences);
  const { conditions } = composeRules(rules, definitions);
  const holders = conditions.map((condition: LeafCondition) =>
    members({ kind: 'condition', condition }, world),
  );
  const cells = new Map<string, { masks: number[]; count: number }>();
  for (const id of customerIds(world)) {
    const masks = Array.from({ length: Math.ceil(conditions.length / BITS_PER_MASK) }, () => 0);
    holders.forEach((held, bit) => {
      if (held.has(id)) masks[Math.floor(bit / BITS_PER_MASK)]! |= 1 << (bit % BITS_PER_MASK);
    });
    const cell = cells.get(masks.join()) ?? { masks, count: 0 };
    cells.set(masks.join(), { masks, count: cell.count + 1 });
  }
  return {
    total: customerIds(world).size,
    conditions: conditions.length,
    cells: [...cells.values()],
    asOf: AS_OF,
  };
}
