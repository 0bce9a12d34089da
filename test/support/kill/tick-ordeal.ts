import { createHash } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { composeEngine } from '../../../electron/compose.ts';
import type { Step } from '../../../electron/domain/journey.ts';
import type { Tick } from '../../../electron/domain/tick.ts';
import { openStore } from '../../../electron/store/open-store.ts';
import { SAMPLE } from '../seed-engine.ts';
import type { OrdealParts } from './ordeal.ts';
import type { Random } from './random.ts';
import { liveThrough } from './run-lives.ts';
import type { SamplePerson } from './sample-people.ts';
import type { KillWorld } from './worlds.ts';

const JOURNEY = 'killed';
const PACE = { first: 20, longest: 100, attempts: 6, resolve: 30_000 };
const BEGAN = Date.parse('2026-01-01T00:00:00.000Z');
const HOUR = 3_600_000;

/**
 * One journey with a home of its own, through ticks that are killed again and again, one an hour: everybody enters, is dealt to two sends or held out, waits
 * an hour, and is sent once more; two hours after the entry they enter again.
 */
export class TickOrdeal {
  readonly #parts: OrdealParts;
  readonly #home: string;
  readonly #world: KillWorld;
  readonly #random: Random;
  #deaths = 0;
  #ticks = 0;

  private constructor(parts: OrdealParts, home: string, world: KillWorld, random: Random) {
    this.#parts = parts;
    this.#home = home;
    this.#world = world;
    this.#random = random;
  }

  static async begin(
    parts: OrdealParts,
    home: string,
    world: KillWorld,
    random: Random,
  ): Promise<TickOrdeal> {
    cpSync(parts.first, home, { recursive: true });
    const engine = await composeEngine({ home, keychain: 'memory', version: '0.0.0', schedules: false });
    const { destinations, journeys } = engine.services;
    const { kind, settings, secrets, mode, fields, target } = world;
    await destinations.save({ label: 'There', kind, settings, secrets });
    const guards = { maxRejected: 1, maxChange: 1 };
    const activation = { destination: 'there', mode, target, fields: [...fields], guards };
    const send = (id: string, next?: string): Step => ({
      kind: 'activate',
      id,
      activation,
      ...(next === undefined ? {} : { next }),
    });
    const { journey } = journeys.save(SAMPLE, {
      name: JOURNEY,
      steps: [
        { kind: 'entry', id: 'entry', audience: 'everyone', next: 'deal' },
        {
          kind: 'random-split',
          id: 'deal',
          branches: ['left', 'right'].map((id) => ({ id, name: id, next: id })),
          holdOut: 10,
        },
        send('left', 'pause'),
        send('right', 'pause'),
        { kind: 'wait', id: 'pause', wait: { for: { amount: 1, unit: 'hours' } }, next: 'again' },
        send('again'),
      ],
      reentry: { kind: 'after', duration: { amount: 2, unit: 'hours' } },
      exits: [],
      suppress: [],
      caps: [],
      layout: {},
    });
    journeys.publish(SAMPLE, journey.id, 'keep');
    await engine.close();
    return new TickOrdeal(parts, home, world, random);
  }

  /** Ticks until the engine was killed so many times, and checks each tick once it is done. @returns how many ticks that took */
  async suffer(kills: number): Promise<number> {
    while (this.#deaths < kills) await this.#tick(kills - this.#deaths);
    return this.#ticks;
  }

  async #tick(kills: number): Promise<void> {
    const { secrets, batchRows, vendor } = this.#world;
    const tickAt = new Date(BEGAN + this.#ticks * HOUR).toISOString();
    const lives = {
      child: this.#parts.child,
      setup: {
        home: this.#home,
        connection: SAMPLE,
        activation: '',
        journey: JOURNEY,
        tickAt,
        secrets,
        batchRows,
        pace: PACE,
      },
      random: this.#random,
      vendor,
      onRequest: () => undefined,
      onDeath: () => undefined,
    };
    const lived = await liveThrough(lives, this.#ticks, kills);
    this.#ticks += 1;
    this.#deaths += lived.deaths.length;
    try {
      this.#check(this.#lastTick());
    } catch (error) {
      throw new Error(`Tick ${this.#ticks}, killed at ${lived.deaths.join(' ')}`, { cause: error });
    }
  }

  #check(tick: Tick): void {
    const { people } = this.#parts;
    expect(tick).toMatchObject({ number: this.#ticks, status: 'done' });
    const isFirst = this.#ticks % 2 === 1;
    const dealt = people.filter(({ id }) => wayOf(id) !== 'held out');
    const expected: Record<string, readonly SamplePerson[]> = isFirst
      ? {
          left: people.filter(({ id }) => wayOf(id) === 'left'),
          right: people.filter(({ id }) => wayOf(id) === 'right'),
        }
      : { again: dealt };
    expect(tick.sends.map(({ step }) => step).sort()).toEqual(Object.keys(expected).sort());
    for (const { step, customers, runId } of tick.sends) {
      const members = expected[step] ?? [];
      expect(customers).toBe(members.length);
      const keys = members.map(this.#world.keyOf).filter((key) => key !== undefined);
      expect(this.#world.held(runId).sort()).toEqual(keys.sort());
    }
    const count = (kind: string): number =>
      tick.counts.reduce((sum, each) => (each.kind === kind ? sum + each.customers : sum), 0);
    expect(count('entered')).toBe(isFirst ? people.length : 0);
    expect(count('left')).toBe(isFirst ? people.length - dealt.length : dealt.length);
  }

  #lastTick(): Tick {
    const store = openStore(join(this.#home, 'slipway.db'));
    try {
      const tick = store.findLastTick(SAMPLE, JOURNEY);
      if (tick === undefined) throw new Error('The tick is not there.');
      return tick;
    } finally {
      store.close();
    }
  }
}

/** Which way the step `deal` sends a customer, by the bucket as design.md states it. */
function wayOf(id: string): 'held out' | 'left' | 'right' {
  const digest = createHash('md5').update(`deal:${id}`).digest('hex');
  const bucket = Number.parseInt(digest.slice(0, 8), 16) % 10_000;
  return bucket < 1_000 ? 'held out' : bucket < 5_500 ? 'left' : 'right';
}
