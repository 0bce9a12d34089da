import { describe, expect, it } from 'vitest';
import type { Channel } from '../../../electron/domain/destination.ts';
import { JourneyDefinition, type JourneyVersion } from '../../../electron/domain/journey.ts';
import { type ReferenceTick, Reference } from '../../support/journeys/reference.ts';
import type { Facts } from '../../support/journeys/world.ts';

// Every expected answer here is worked out by hand from electron/journeys/README.md.

type Draft = Readonly<Record<string, unknown>>;

const day = (at: number, time = '00:00:00.000'): string => `2026-03-${String(at).padStart(2, '0')}T${time}Z`;
const entry = { kind: 'entry', id: 'entry', audience: 'all', next: 'a' };
const exit = { kind: 'exit', id: 'end' };
const wait = (days: number, id = 'a', next = 'end') => ({
  kind: 'wait',
  id,
  wait: { for: { amount: days, unit: 'days' } },
  next,
});
const send = (id: string, next?: string, destination = 'mail', consent = false) => ({
  kind: 'activate',
  id,
  activation: {
    destination,
    mode: 'add',
    fields: [{ to: 'id', from: { kind: 'customer-id' } }],
    ...(consent ? { consent: { entity: 'customer', column: 'consent' } } : {}),
  },
  ...(next === undefined ? {} : { next }),
});

function version(definition: Draft, number = 1, inside: JourneyVersion['inside'] = 'keep'): JourneyVersion {
  return {
    number,
    inside,
    publishedAt: day(1),
    definition: JourneyDefinition.parse(definition),
    audiences: {},
  };
}

interface Known {
  readonly customers?: readonly string[];
  /** Members of audiences; everybody is one of `all`. */
  readonly members?: Readonly<Record<string, readonly string[]>>;
  readonly consenting?: readonly string[];
  readonly events?: Readonly<Record<string, string>>;
}

function facts({ customers = ['c'], members = {}, consenting = [], events = {} }: Known): Facts {
  return {
    customers: new Set(customers),
    isMember: (audience, id) =>
      customers.includes(id) && (audience === 'all' || members[audience]?.includes(id) === true),
    consents: (_, id) => consenting.includes(id),
    happened: (_, id, after, before) => {
      const at = events[id];
      return at !== undefined && at > after && at < before;
    },
  };
}

const CHANNELS: Readonly<Record<string, Channel>> = { mail: 'email', ads: 'paid-media' };

/** A journey that ticks by one call, with the numbers of its ticks counted. */
class Journey {
  readonly reference: Reference;
  readonly #id: string;
  #number = 0;
  versions: readonly JourneyVersion[];

  constructor(definition: Draft, reference = new Reference(), id = 'j') {
    this.versions = [version(definition)];
    this.reference = reference;
    this.#id = id;
  }

  /** Ticks, and gives what the log has of it: `customer entry: kind step way→next reason`. */
  tick(at: string, known: Known = {}): string[] {
    this.#number += 1;
    const request: ReferenceTick = {
      journey: this.#id,
      number: this.#number,
      at,
      versions: this.versions,
      facts: facts(known),
      channelOf: (destination) => CHANNELS[destination] ?? 'file',
    };
    this.reference.tick(request);
    return this.#happened();
  }

  stop(at: string): string[] {
    this.#number += 1;
    this.reference.stop({ journey: this.#id, number: this.#number, at });
    return this.#happened();
  }

  state(customer = 'c') {
    return this.reference.tables(this.#id).state.find((row) => row.customer_id === customer);
  }

  #happened(): string[] {
    return this.reference
      .tables(this.#id)
      .log.filter(({ tick }) => tick === this.#number)
      .map((row) => {
        const way = row.way === null ? '' : ` ${row.way}`;
        const next = row.next_step === null ? '' : `→${row.next_step}`;
        const reason = row.reason === null ? '' : ` ${row.reason}`;
        return `${row.customer_id}${row.entry}: ${row.kind} ${row.step}@${row.version}${way}${next}${reason}`;
      });
  }
}

describe('the reference', () => {
  it('sends who enters and lets them leave at the exit, each thing a row in its order', () => {
    const journey = new Journey({ steps: [entry, send('a', 'end'), exit] });
    expect(journey.tick(day(1))).toEqual([
      'c1: entered entry@1 next→a',
      'c1: sent a@1',
      'c1: passed a@1 next→end',
      'c1: left end@1 end',
    ]);
    expect(journey.state()).toEqual({
      customer_id: 'c',
      entry: 1,
      version: 1,
      step: 'end',
      since: null,
      due_at: null,
      entered_at: day(1),
      goal_at: null,
      ended_at: day(1),
      ended_why: 'end',
      tick: 1,
    });
    expect(journey.reference.tables('j').sends).toEqual([
      {
        journey: 'j',
        tick: 1,
        sent_at: day(1),
        customer_id: 'c',
        entry: 1,
        version: 1,
        step: 'a',
        channel: 'email',
      },
    ]);
    expect(journey.tick(day(2))).toEqual([]);
    expect(journey.reference.tables('j').ticks).toEqual([
      { journey: 'j', tick: 1, ticked_at: day(1) },
      { journey: 'j', tick: 2, ticked_at: day(2) },
    ]);
  });

  it('ends a journey at an activation without a next step, with no passed', () => {
    const journey = new Journey({ steps: [entry, send('a')] });
    expect(journey.tick(day(1))).toEqual(['c1: entered entry@1 next→a', 'c1: sent a@1', 'c1: left a@1 end']);
  });

  it('keeps who waits until the limit is there, a calendar month where it says so', () => {
    const month = { kind: 'wait', id: 'a', wait: { for: { amount: 1, unit: 'months' } }, next: 'end' };
    const journey = new Journey({ steps: [entry, month, exit] });
    journey.tick('2026-01-31T10:00:00.000Z');
    expect(journey.state()).toMatchObject({
      step: 'a',
      since: '2026-01-31T10:00:00.000Z',
      due_at: '2026-02-28T10:00:00.000Z',
      tick: 1,
    });
    expect(journey.tick('2026-02-28T09:59:59.999Z')).toEqual([]);
    expect(journey.tick('2026-02-28T10:00:00.000Z')).toEqual([
      'c1: passed a@1 next→end',
      'c1: left end@1 end',
    ]);
  });

  it('lets who arrives pass a wait until an instant that is not after the tick', () => {
    const until = { kind: 'wait', id: 'a', wait: { until: day(2) }, next: 'end' };
    const journey = new Journey({ steps: [entry, until, exit] });
    journey.tick(day(1));
    expect(journey.state()).toMatchObject({ since: day(1), due_at: day(2) });
    expect(journey.tick(day(2), { customers: ['c', 'd'] })).toEqual([
      'c1: passed a@1 next→end',
      'c1: left end@1 end',
      'd1: entered entry@1 next→a',
      'd1: passed a@1 next→end',
      'd1: left end@1 end',
    ]);
  });

  it('gives a customer of several branches to the first, and notes the others as lost', () => {
    const branch = (id: string, audience: string) => ({ id, name: id, audience, next: 'end' });
    const split = {
      kind: 'audience-split',
      id: 'a',
      branches: [branch('one', 'x'), branch('two', 'y'), branch('three', 'z')],
      others: { next: 'end' },
    };
    const journey = new Journey({ steps: [entry, split, exit] });
    const members = { x: ['c'], y: ['d'], z: ['c', 'd'] };
    expect(
      journey.tick(day(1), { customers: ['c', 'd', 'e'], members }).filter((row) => row.includes(' a@1')),
    ).toEqual([
      'c1: not-sent a@1 b-three priority',
      'c1: passed a@1 b-one→end',
      'd1: not-sent a@1 b-three priority',
      'd1: passed a@1 b-two→end',
      'e1: passed a@1 others→end',
    ]);
  });

  it('deals by the bucket of step and customer, and holds out the first ones', () => {
    // By md5sum: deal:1 is 5bcddb51…, 7681; deal:01 is 25ea7e34…, 4724; deal:2 is 899a2858…, 1464; deal:é is 936f5e7a…, 9434.
    const deal = {
      kind: 'random-split',
      id: 'deal',
      holdOut: 30,
      branches: [
        { id: 'x', name: 'X', percent: 40, next: 'end' },
        { id: 'y', name: 'Y', percent: 30, next: 'end' },
      ],
    };
    const journey = new Journey({ steps: [{ ...entry, next: 'deal' }, deal, exit] });
    const rows = journey.tick(day(1), { customers: ['1', '01', '2', 'é'] });
    expect(rows.filter((row) => row.includes(' deal@1'))).toEqual([
      '11: passed deal@1 b-y→end',
      '011: passed deal@1 b-x→end',
      '21: not-sent deal@1 held-out',
      '21: left deal@1 held-out',
      'é1: passed deal@1 b-y→end',
    ]);
  });

  it('counts an event after the arrival and before the tick, neither end included', () => {
    const until = { kind: 'event', entity: 'events' };
    const limit = { amount: 3, unit: 'days' };
    const awaited = {
      kind: 'wait-until',
      id: 'a',
      until,
      limit,
      met: { next: 'b' },
      timeout: { next: 'end' },
    };
    const journey = new Journey({ steps: [entry, awaited, wait(9, 'b'), exit] });
    const customers = ['at-arrival', 'before', 'at-tick', 'late'];
    const events = {
      'at-arrival': day(1),
      before: day(1, '00:00:00.001'),
      'at-tick': day(2),
      late: day(1, '12:00:00.000'),
    };
    journey.tick(day(1), { customers });
    // A row that comes late counts by its time.
    expect(journey.tick(day(2), { customers, events: { ...events, late: day(5) } })).toEqual([
      'before1: passed a@1 met→b',
    ]);
    expect(journey.tick(day(2, '00:00:00.001'), { customers, events })).toEqual([
      'at-tick1: passed a@1 met→b',
      'late1: passed a@1 met→b',
    ]);
    expect(journey.tick(day(4), { customers, events })).toEqual([
      'at-arrival1: passed a@1 timeout→end',
      'at-arrival1: left end@1 end',
    ]);
  });

  it('prefers what was awaited to the limit, and lets members of an awaited audience pass on arrival', () => {
    const awaited = {
      kind: 'wait-until',
      id: 'a',
      until: { kind: 'audience', audience: 'x' },
      limit: { amount: 1, unit: 'days' },
      met: { next: 'end' },
      timeout: { next: 'a' },
    };
    const journey = new Journey({ steps: [entry, awaited, exit] });
    const customers = ['c', 'd', 'e'];
    expect(journey.tick(day(1), { customers, members: { x: ['c'] } })).toEqual([
      'c1: entered entry@1 next→a',
      'c1: passed a@1 met→end',
      'c1: left end@1 end',
      'd1: entered entry@1 next→a',
      'e1: entered entry@1 next→a',
    ]);
    // Whoever comes back to the step by the time limit waits anew.
    expect(journey.tick(day(2), { customers, members: { x: ['d'] } })).toEqual([
      'd1: passed a@1 met→end',
      'd1: left end@1 end',
      'e1: passed a@1 timeout→a',
    ]);
    expect(journey.state('e')).toMatchObject({ step: 'a', since: day(2), due_at: day(3), ended_at: null });
  });

  it('says why nothing was sent: suppressed before no consent before capped', () => {
    const journey = new Journey({
      steps: [entry, send('a', 'b'), send('b', undefined, 'mail', true)],
      suppress: ['s'],
      caps: [{ channel: 'email', sends: 1, per: { amount: 1, unit: 'days' } }],
    });
    const known = { customers: ['c', 'd', 'e'], members: { s: ['c'] }, consenting: ['c', 'e'] };
    expect(journey.tick(day(1), known).filter((row) => row.includes('sent'))).toEqual([
      'c1: not-sent a@1 suppressed',
      'c1: not-sent b@1 suppressed',
      'd1: sent a@1',
      'd1: not-sent b@1 no-consent',
      'e1: sent a@1',
      'e1: not-sent b@1 capped',
    ]);
  });

  it('caps over all journeys, in the channel, later than the instant before', () => {
    const first = new Journey({ steps: [entry, send('a')] });
    first.tick(day(1));
    const caps = [{ channel: 'email', sends: 1, per: { amount: 2, unit: 'days' } }];
    const second = (steps: readonly object[]): Journey =>
      new Journey({ steps, caps }, first.reference, `j-${steps.length}`);
    const early = second([entry, send('a', 'b', 'ads'), send('b')]);
    expect(early.tick(day(2)).filter((row) => row.includes('sent'))).toEqual([
      'c1: sent a@1',
      'c1: not-sent b@1 capped',
    ]);
    // The send lies exactly two days back, and counts no more.
    expect(second([entry, send('a')]).tick(day(3))).toContain('c1: sent a@1');
  });

  it('notes the goal once, after the entry and within the time from it', () => {
    const goal = { audience: 'g', within: { amount: 2, unit: 'days' } };
    const journey = new Journey({ steps: [entry, wait(9), exit], goal });
    const customers = ['c', 'd', 'e'];
    journey.tick(day(1), { customers, members: { g: ['c'] } });
    // At the same instant as the entry: not after it.
    expect(journey.tick(day(1), { customers, members: { g: ['c'] } })).toEqual([]);
    expect(journey.tick(day(3), { customers, members: { g: ['c', 'd'] } })).toEqual([
      'c1: goal a@1',
      'd1: goal a@1',
    ]);
    expect(journey.state()).toMatchObject({ goal_at: day(3), ended_at: null, since: day(1), tick: 3 });
    expect(journey.tick(day(3, '00:00:00.001'), { customers, members: { g: customers } })).toEqual([]);
    expect(journey.state('e')).toMatchObject({ goal_at: null, tick: 1 });
  });

  it('lets who reaches the goal leave where it says so, before the step lets them pass', () => {
    const goal = { audience: 'g', within: { amount: 9, unit: 'days' }, leaves: true };
    const journey = new Journey({ steps: [entry, wait(1), exit], goal });
    journey.tick(day(1));
    expect(journey.tick(day(2), { members: { g: ['c'] } })).toEqual(['c1: goal a@1', 'c1: left a@1 goal']);
    expect(journey.state()).toMatchObject({ step: 'a', since: null, due_at: null, ended_why: 'goal' });
  });

  it('notes the goal of who has left, of who leaves for another reason, and of an entry before a new one', () => {
    const journey = new Journey({
      steps: [entry, wait(5), exit],
      exits: ['x'],
      goal: { audience: 'g', within: { amount: 9, unit: 'days' }, leaves: true },
      reentry: { kind: 'after', duration: { amount: 2, unit: 'days' } },
    });
    const customers = ['c', 'd'];
    journey.tick(day(1), { customers });
    expect(journey.tick(day(2), { customers, members: { x: customers, g: ['d'] } })).toEqual([
      'c1: left a@1 exit',
      'd1: goal a@1',
      'd1: left a@1 exit',
    ]);
    expect(journey.tick(day(3), { customers: ['c'], members: { g: ['c'] } })).toEqual([
      'c1: goal a@1',
      'c2: entered entry@1 next→a',
    ]);
    expect(journey.state()).toMatchObject({ entry: 2, entered_at: day(3), goal_at: null });
  });

  it('lets nobody enter who is in an audience of exits, and lets who comes into one leave', () => {
    const journey = new Journey({ steps: [entry, wait(1), exit], exits: ['x'] });
    const customers = ['c', 'd'];
    journey.tick(day(1), { customers, members: { x: ['d'] } });
    expect(journey.state('d')).toBeUndefined();
    expect(journey.tick(day(2), { customers, members: { x: ['c'] } })).toEqual([
      'c1: left a@1 exit',
      'd1: entered entry@1 next→a',
    ]);
  });

  it('lets who is not in the table any more leave, and keeps the row', () => {
    const journey = new Journey({ steps: [entry, wait(1), exit] });
    journey.tick(day(1));
    expect(journey.tick(day(2), { customers: [] })).toEqual(['c1: left a@1 gone']);
    expect(journey.tick(day(3))).toEqual([]);
  });

  it('lets customers enter again a time after their last entry, not at the tick that ended it', () => {
    const reentry = { kind: 'after', duration: { amount: 1, unit: 'days' } };
    const journey = new Journey({ steps: [entry, wait(2), exit], reentry });
    journey.tick(day(1));
    expect(journey.tick(day(3))).toEqual(['c1: passed a@1 next→end', 'c1: left end@1 end']);
    expect(journey.tick(day(3))).toEqual(['c2: entered entry@1 next→a']);
    const quick = new Journey({ steps: [{ ...entry, next: 'end' }, exit], reentry });
    quick.tick(day(1));
    expect(quick.tick(day(1, '23:59:59.999'))).toEqual([]);
    expect(quick.tick(day(2))).toEqual(['c2: entered entry@1 next→end', 'c2: left end@1 end']);
  });

  it('lets customers enter from the start, included, to the end, excluded', () => {
    const journey = new Journey({ steps: [entry, wait(9), exit], startsAt: day(2), endsAt: day(3) });
    expect(journey.tick(day(1, '23:59:59.999'))).toEqual([]);
    expect(journey.tick(day(2))).toEqual(['c1: entered entry@1 next→a']);
    expect(journey.tick(day(3), { customers: ['c', 'd'] })).toEqual([]);
  });

  it('keeps customers in their version, moves them with their time limit, or lets them leave', () => {
    const first = { steps: [entry, wait(2), exit] };
    const second = { steps: [entry, wait(9, 'a', 'b'), wait(1, 'b'), exit] };
    const after = (inside: JourneyVersion['inside'], definition: Draft = second): string[] => {
      const journey = new Journey(first);
      journey.tick(day(1));
      journey.versions = [...journey.versions, version(definition, 2, inside)];
      expect(journey.tick(day(2)).filter((row) => row.includes('passed'))).toEqual([]);
      return [...journey.tick(day(3)), journey.state()?.ended_why ?? `at ${journey.state()?.step ?? ''}`];
    };
    expect(after('keep')).toEqual(['c1: passed a@1 next→end', 'c1: left end@1 end', 'end']);
    expect(after('move')).toEqual(['c1: passed a@2 next→b', 'at b']);
    expect(after('leave')).toEqual(['new-version']);
    expect(after('move', { steps: [entry, send('a')] })).toEqual(['step-removed']);
    expect(after('move', { steps: [{ ...entry, next: 'end' }, exit] })).toEqual(['step-removed']);
  });

  it('follows the newest version that did not keep, and keeps the own version until the move', () => {
    const journey = new Journey({ steps: [entry, wait(5), exit] });
    journey.tick(day(1));
    journey.versions = [
      ...journey.versions,
      version({ steps: [entry, wait(1), exit] }, 2, 'leave'),
      version({ steps: [entry, wait(1, 'a', 'b'), wait(1, 'b'), exit] }, 3, 'move'),
      version({ steps: [entry, wait(7), exit] }, 4, 'keep'),
    ];
    expect(journey.tick(day(2), { customers: ['c', 'd'] })).toEqual(['d1: entered entry@4 next→a']);
    expect(journey.state()).toMatchObject({ version: 1, due_at: day(6), tick: 1 });
    expect(journey.tick(day(6))).toEqual(['c1: passed a@3 next→b', 'd1: left a@4 gone']);
    expect(journey.state()).toMatchObject({ version: 3, step: 'b', since: day(6), due_at: day(7) });
  });

  it('takes the rules of the newest version for everybody', () => {
    const journey = new Journey({ steps: [entry, wait(1, 'a', 'b'), send('b')] });
    journey.tick(day(1), { customers: ['c', 'd'] });
    const rules = { suppress: ['s'], exits: ['x'] };
    journey.versions = [...journey.versions, version({ steps: [entry, wait(9), exit], ...rules }, 2)];
    expect(journey.tick(day(2), { customers: ['c', 'd'], members: { s: ['c'], x: ['d'] } })).toEqual([
      'c1: passed a@1 next→b',
      'c1: not-sent b@1 suppressed',
      'c1: left b@1 end',
      'd1: left a@1 exit',
    ]);
  });

  it('closes every open entry when it stops', () => {
    const journey = new Journey({ steps: [entry, wait(1), exit] });
    journey.tick(day(1));
    expect(journey.stop(day(2))).toEqual(['c1: left a@1 stopped']);
    expect(journey.state()).toMatchObject({ ended_why: 'stopped', ended_at: day(2), since: null, tick: 2 });
    expect(journey.stop(day(3))).toEqual([]);
  });
});
