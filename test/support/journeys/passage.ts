import { createHash } from 'node:crypto';
import { type Instant, addDuration, subtractDuration } from '../../../electron/domain/duration.ts';
import type { JourneyDefinition, Step } from '../../../electron/domain/journey.ts';
import { HELD_OUT, MET, ONWARD, OTHERS, waysOf } from '../../../electron/domain/journey-ways.ts';
import { BUCKETS, bucketRanges } from '../../../electron/domain/random-buckets.ts';
import type { EndReason, LogKind } from '../../../electron/domain/tick.ts';
import type { LogRow, SendRow, StateRow } from './reference-rows.ts';
import type { ReferenceTick } from './reference.ts';

type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

/** What a tick is for everybody: the newest version's rules, and who was sent what before. */
export interface TickView extends ReferenceTick {
  readonly newest: JourneyDefinition;
  readonly sendsBefore: readonly SendRow[];
}

/** What happens to one entry of a customer at one tick. */
export class Passage {
  readonly log: LogRow[] = [];
  readonly sends: SendRow[] = [];
  row: StateRow;
  readonly #tick: TickView;

  constructor(tick: TickView, row: StateRow) {
    this.#tick = tick;
    this.row = row;
  }

  /** Notes the goal where it is reached now. @returns true where it is noted */
  noteGoal(): boolean {
    const { newest, facts, at } = this.#tick;
    const { customer_id: id, entered_at: began, goal_at: before } = this.row;
    const { goal } = newest;
    if (goal?.audience === undefined || before !== null || !facts.isMember(goal.audience, id)) return false;
    if (began < subtractDuration(at, goal.within) || began >= at) return false;
    this.#write('goal');
    this.#change({ goal_at: at });
    return true;
  }

  /** Ends the entry where it stands. */
  leave(reason: EndReason): void {
    this.#write('left', { reason });
    const { at } = this.#tick;
    this.#change({ since: null, due_at: null, ended_at: at, ended_why: reason });
  }

  /** Takes the entry to another place, without a word in the log. */
  standAt(version: number, step: string): void {
    this.row = { ...this.row, version, step };
  }

  /** Leaves a step by a way, and goes on until a wait or the end. */
  takeWay(step: Step, key: string): void {
    const next = waysOf(step).find((way) => way.key === key)?.next;
    if (next === undefined) {
      this.leave('end');
      return;
    }
    this.#write(step.kind === 'entry' ? 'entered' : 'passed', { way: key, next_step: next });
    this.standAt(this.row.version, next);
    this.#arrive(stepOf(this.#tick, this.row.version, next));
  }

  #arrive(step: Step): void {
    switch (step.kind) {
      case 'entry':
        throw new Error('no way leads to an entry');
      case 'audience-split':
        this.#splitByAudience(step);
        break;
      case 'random-split':
        this.#splitByChance(step);
        break;
      case 'wait':
      case 'wait-until':
        this.#wait(step);
        break;
      case 'activate':
        this.#activate(step);
        this.takeWay(step, ONWARD);
        break;
      case 'exit':
        this.leave('end');
        break;
    }
  }

  #splitByAudience(step: StepOf<'audience-split'>): void {
    const [won, ...lost] = step.branches.filter(({ audience }) => this.#isMember(audience));
    for (const { id } of lost) this.#write('not-sent', { way: `b-${id}`, reason: 'priority' });
    this.takeWay(step, won === undefined ? OTHERS : `b-${won.id}`);
  }

  #splitByChance(step: StepOf<'random-split'>): void {
    const digest = createHash('md5').update(`${step.id}:${this.row.customer_id}`).digest('hex');
    const bucket = Number.parseInt(digest.slice(0, 8), 16) % BUCKETS;
    const range = bucketRanges(step).find(({ from, below }) => from <= bucket && bucket < below);
    if (range === undefined) throw new Error(`bucket ${bucket} goes nowhere`);
    if (range.key !== HELD_OUT) {
      this.takeWay(step, range.key);
      return;
    }
    this.#write('not-sent', { reason: 'held-out' });
    this.leave('held-out');
  }

  #wait(step: StepOf<'wait' | 'wait-until'>): void {
    const { at } = this.#tick;
    if (step.kind === 'wait') {
      const due = 'for' in step.wait ? addDuration(at, step.wait.for) : instant(step.wait.until);
      if (due > at) this.#change({ since: at, due_at: due });
      else this.takeWay(step, ONWARD);
    } else if (step.until.kind === 'audience' && this.#isMember(step.until.audience)) {
      this.takeWay(step, MET);
    } else {
      this.#change({ since: at, due_at: addDuration(at, step.limit) });
    }
  }

  #activate(step: StepOf<'activate'>): void {
    const { activation } = step;
    if (activation === undefined) throw new Error('the step sends nowhere');
    const { newest, facts, channelOf, journey, number, at } = this.#tick;
    const { customer_id, entry, version } = this.row;
    const channel = channelOf(activation.destination);
    const isSuppressed = newest.suppress.some((audience) => this.#isMember(audience));
    const consents = activation.consent === undefined || facts.consents(activation.consent, customer_id);
    if (isSuppressed) this.#write('not-sent', { reason: 'suppressed' });
    else if (!consents) this.#write('not-sent', { reason: 'no-consent' });
    else if (this.#isCapped(channel)) this.#write('not-sent', { reason: 'capped' });
    else {
      this.#write('sent');
      this.sends.push({
        journey,
        tick: number,
        sent_at: at,
        customer_id,
        entry,
        version,
        step: step.id,
        channel,
      });
    }
  }

  #isCapped(channel: SendRow['channel']): boolean {
    const { newest, sendsBefore, at } = this.#tick;
    const { customer_id: id } = this.row;
    const sends = [...sendsBefore, ...this.sends].filter(
      (send) => send.customer_id === id && send.channel === channel,
    );
    return newest.caps
      .filter((cap) => cap.channel === channel)
      .some((cap) => {
        const since = subtractDuration(at, cap.per);
        return sends.filter(({ sent_at: sent }) => sent > since).length >= cap.sends;
      });
  }

  #isMember(audience: string | undefined): boolean {
    return audience !== undefined && this.#tick.facts.isMember(audience, this.row.customer_id);
  }

  #write(
    kind: LogKind,
    {
      way = null,
      next_step = null,
      reason = null,
    }: Partial<Pick<LogRow, 'way' | 'next_step' | 'reason'>> = {},
  ): void {
    const { number: tick, at: occurred_at } = this.#tick;
    const { customer_id, entry, version, step } = this.row;
    const place = this.log.length;
    this.log.push({
      tick,
      occurred_at,
      customer_id,
      entry,
      place,
      kind,
      version,
      step,
      way,
      next_step,
      reason,
    });
  }

  #change(change: Partial<StateRow>): void {
    this.row = { ...this.row, ...change, tick: this.#tick.number };
  }
}

/** The step of a version. */
export function stepOf({ versions }: ReferenceTick, version: number, id: string): Step {
  const definition = versions.find(({ number }) => number === version)?.definition;
  const step = definition?.steps.find((each) => each.id === id);
  if (step === undefined) throw new Error(`version ${version} has no step ${id}`);
  return step;
}

/** The same instant, as instants are written here. */
export function instant(text: string): Instant {
  return new Date(text).toISOString();
}
