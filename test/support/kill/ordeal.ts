import { cpSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { composeEngine } from '../../../electron/compose.ts';
import type { ChainedEntry } from '../../../electron/domain/egress.ts';
import type { ActivationRun } from '../../../electron/domain/run.ts';
import { openStore } from '../../../electron/store/open-store.ts';
import { SAMPLE } from '../seed-engine.ts';
import type { Random } from './random.ts';
import { type Lives, liveThrough } from './run-lives.ts';
import { type SamplePerson, readRunTables, sha256 } from './sample-people.ts';
import type { KillWorld, SentRow } from './worlds.ts';

const ACTIVATION = 'killed';
const PACE = { first: 20, longest: 100, attempts: 6, resolve: 30_000 };

/** What all ordeals share: the program of the child, and a home with the lakehouse and the audiences `everyone` and `consenting`. */
export interface OrdealParts {
  readonly child: string;
  readonly first: string;
  readonly people: readonly SamplePerson[];
}

/** One destination with a home of its own, through runs that are killed again and again. */
export class Ordeal {
  readonly #parts: OrdealParts;
  readonly #home: string;
  readonly #world: KillWorld;
  readonly #random: Random;
  readonly #sent: SentRow[][] = [];
  #deaths = 0;
  #runs = 0;

  private constructor(parts: OrdealParts, home: string, world: KillWorld, random: Random) {
    this.#parts = parts;
    this.#home = home;
    this.#world = world;
    this.#random = random;
  }

  static async begin(parts: OrdealParts, home: string, world: KillWorld, random: Random): Promise<Ordeal> {
    cpSync(parts.first, home, { recursive: true });
    const engine = await composeEngine({ home, keychain: 'memory', version: '0.0.0', schedules: false });
    const { destinations, activations } = engine.services;
    const { kind, settings, secrets, mode, fields, target } = world;
    await destinations.save({ label: 'There', kind, settings, secrets });
    activations.save(SAMPLE, {
      name: ACTIVATION,
      audience: 'everyone',
      destination: 'there',
      mode,
      target,
      fields: [...fields],
      guards: { maxRejected: 1, maxChange: 1_000 },
    });
    await engine.close();
    return new Ordeal(parts, home, world, random);
  }

  /** Runs until the engine was killed so many times, and checks each run once it has ended. @returns how many runs that took */
  async suffer(kills: number): Promise<number> {
    while (this.#deaths < kills) await this.#run(kills - this.#deaths);
    return this.#runs;
  }

  /** The audiences take turns in a mirror, so that some come and some leave. */
  async #run(kills: number): Promise<void> {
    const audience = this.#world.mode === 'mirror' && this.#runs % 2 === 1 ? 'consenting' : 'everyone';
    this.#withStore((store) => {
      const activation = store.findActivation(SAMPLE, ACTIVATION);
      if (activation === undefined) throw new Error('The activation is not there.');
      store.saveActivation(SAMPLE, { ...activation, audience });
    });
    const before = this.#sent.length;
    const lived = await liveThrough(this.#lives(), this.#runs, kills);
    this.#runs += 1;
    this.#deaths += lived.deaths.length;
    const members = this.#parts.people.filter(({ consents }) => audience === 'everyone' || consents);
    try {
      await this.#check(lived.id, members, this.#sent.slice(before));
    } catch (error) {
      throw new Error(`Run ${this.#runs}, killed at ${lived.deaths.join(' ')}`, { cause: error });
    }
  }

  #lives(): Lives {
    const { secrets, batchRows, vendor, rowsOf } = this.#world;
    return {
      child: this.#parts.child,
      setup: {
        home: this.#home,
        connection: SAMPLE,
        activation: ACTIVATION,
        secrets,
        batchRows,
        pace: PACE,
      },
      random: this.#random,
      vendor,
      onRequest: (request) => {
        const rows = rowsOf(request);
        if (rows !== undefined) this.#sent.push(rows);
      },
      onDeath: () => {
        this.#searchCanaries();
      },
    };
  }

  async #check(runId: string, members: readonly SamplePerson[], sent: readonly SentRow[][]): Promise<void> {
    const { keyOf, held, files } = this.#world;
    const keys = members.map(keyOf).filter((key) => key !== undefined);
    const useless = members.length - keys.length;
    const { run, entries, check } = this.#withStore((store) => ({
      run: store.findRun(runId),
      entries: store.listEgress(0, 1_000_000).filter(({ entry }) => entry.runId === runId),
      check: store.verifyEgress(),
    }));
    if (run?.kind !== 'activation') throw new Error('The run is not there.');
    expect(run.error).toBeUndefined();
    expect(held(runId).sort()).toEqual(keys.sort());
    expect(run.status).toBe(useless === 0 ? 'succeeded' : 'incomplete');
    expect(run.counts).toMatchObject({ members: members.length, rejected: useless, unknown: 0 });
    expect(run.counts.taken).toBe(run.counts.adds + run.counts.removes - useless);
    expect(check.broken).toBeUndefined();
    if (files === undefined) checkBatchEntries(entries, sent);
    else checkFileEntries(run, entries, files(runId));
    expect(await readRunTables(this.#home)).toEqual([]);
    const outgoing = join(this.#home, 'outgoing');
    expect(existsSync(outgoing) ? readdirSync(outgoing) : []).toEqual([]);
    this.#searchCanaries();
  }

  /** No address of a member is in a file of the app: but in the lakehouse itself, the schema for state, and files on their way. */
  #searchCanaries(): void {
    const canaries = this.#parts.people.filter((_, at) => at % 100 === 7).map(({ email }) => email.trim());
    for (const entry of readdirSync(this.#home, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || /[/\\](outgoing|sample)[/\\]/.test(path)) continue;
      const content = readFileSync(path);
      expect(
        canaries.filter((canary) => content.includes(canary)),
        entry.name,
      ).toEqual([]);
    }
  }

  #withStore<T>(act: (store: ReturnType<typeof openStore>) => T): T {
    const store = openStore(join(this.#home, 'slipway.db'));
    try {
      return act(store);
    } finally {
      store.close();
    }
  }
}

/** Each request with rows that arrived was written down before: how many, and their digest. */
function checkBatchEntries(entries: readonly ChainedEntry[], sent: readonly SentRow[][]): void {
  const written = new Set(entries.map(({ entry }) => `${entry.what} ${entry.rows} ${entry.digest}`));
  const arrived = sent.map((rows) => `batch ${rows.length} ${sha256(JSON.stringify(rows))}`);
  expect(arrived.filter((each) => !written.has(each))).toEqual([]);
  expect(arrived.length).toBeGreaterThan(0);
}

/** The run tells of the files as they lie there, each was written down, and before the first byte left that a file begins. */
function checkFileEntries(
  run: ActivationRun,
  entries: readonly ChainedEntry[],
  files: ReadonlyMap<string, Buffer>,
): void {
  const told = run.files.map(({ name, sha256: digest }) => `${name} ${digest}`).sort();
  expect(told).toEqual([...files].map(([name, bytes]) => `${name} ${sha256(bytes)}`).sort());
  const written = new Set(entries.map(({ entry }) => `${entry.part} ${entry.digest}`));
  expect(told.filter((each) => !written.has(each))).toEqual([]);
  expect(entries[0]?.entry.what).toBe('file-begun');
}
