import type { OutputColumn } from '../domain/audience.ts';
import type { Consent } from '../domain/activation.ts';
import { type Definitions, composeRules } from '../domain/composition.ts';
import type { Instant } from '../domain/duration.ts';
import type { AwaitedThing } from '../domain/journey.ts';
import { findEntity } from '../domain/model.ts';
import type { Rule } from '../domain/rule.ts';
import { compileFacts } from './compile-facts.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { planAudience } from './plan-audience.ts';

type AwaitedEvent = Extract<AwaitedThing, { kind: 'event' }>;

/** An event that a step waits for: the time of its last row is a column of the facts. */
interface PlannedEvent {
  readonly event: AwaitedEvent;
  /** Rows before this instant are of no use: nobody arrived earlier. Absent where nobody waits. */
  readonly from: Instant | undefined;
}

/** Everything a journey asks of customers, gathered while its graph is made, so that one statement answers it. */
export class JourneyFacts {
  readonly #rules: Rule[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #events: PlannedEvent[] = [];

  /** The index of the fact that a customer is a member of an audience. */
  audience(id: string): number {
    return this.#fact({ kind: 'audience', audience: id });
  }

  /** The index of the fact that a customer agreed. */
  consent(consent: Consent): number {
    return this.#fact({
      kind: 'condition',
      condition: { kind: 'attribute', ...consent, test: { op: 'is-true' } },
    });
  }

  /** The name of the column with the time of the event's last row before the tick. */
  event(event: AwaitedEvent, from: Instant | undefined): string {
    return `e${this.#events.push({ event, from }) - 1}`;
  }

  get count(): number {
    return this.#rules.length;
  }

  /** The statement of all facts. Events are looked for until `at`, excluded. @throws AppError RULE_INVALID, NOT_FOUND, AUDIENCE_CYCLE */
  compile(definitions: Definitions, dialect: Dialect, { asOf, at }: FactTimes): CompiledQuery {
    const composition = composeRules(this.#rules, definitions);
    const outputs = this.#events.map(({ event, from }, index): OutputColumn => ({
      kind: 'measure',
      entity: event.entity,
      where: event.where,
      window: { from: from ?? at, to: at },
      measure: { of: 'max', column: findEntity(definitions.model, event.entity)?.timeColumn ?? '' },
      as: `e${index}`,
    }));
    const plan = planAudience({ model: definitions.model, composition, outputs, asOf });
    return compileFacts(plan, composition.roots, dialect);
  }

  #fact(rule: Rule): number {
    const key = JSON.stringify(rule);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.#rules.push(rule) - 1;
    this.#indexes.set(key, index);
    return index;
  }
}

/** `asOf`: what audiences count from, pinned where the data stands still. `at`: when the tick looks. */
export interface FactTimes {
  readonly asOf: Instant;
  readonly at: Instant;
}
