import { randomBytes } from 'node:crypto';
import { cancelled } from '../domain/app-error.ts';
import { type HeldPart, MemoryIntake } from './memory-intake.ts';
import { MemoryTables } from './memory-tables.ts';
import { noSuchPart, partInUse } from './part-in-use.ts';
import type { ProfileStoreKind } from './profile-store-kind.ts';
import type { FilledProfileStore, Intake, IntakeRequest, PartState, StoredProfile } from './profile-store.ts';
import { RowSet } from './row-set.ts';

/** Profiles in the memory of this process, and nowhere else. They are gone when it ends. */
export const memoryProfiles: ProfileStoreKind = {
  kind: 'memory',
  label: 'Memory',
  description: 'Profiles are held in memory while the Profile API is on. Nothing is written to a disk.',
  settings: [],
  async open({ parts, identifiers }) {
    return new MemoryProfiles(parts, identifiers);
  },
};

const NAME_BYTES = 6;

class MemoryProfiles implements FilledProfileStore {
  readonly #tables: MemoryTables;
  readonly #parts: readonly HeldPart[];
  readonly #identifiers: ReadonlyMap<string, number>;
  /** Rows that may be nobody's: they go when nothing else is under way, since an intake may just have met them. */
  readonly #empty = new RowSet();
  /** Another one for each store, since tags outlive it. */
  readonly #name = randomBytes(NAME_BYTES).toString('base64url');
  #states: readonly PartState[] = [];
  #changes = 0;
  #version = '';
  /** Intakes, merges and parts that are emptied. */
  #underWay = 0;

  constructor(parts: readonly string[], identifiers: readonly string[]) {
    this.#tables = new MemoryTables(parts.length, identifiers.length);
    this.#identifiers = new Map(identifiers.map((name, at) => [name, at]));
    this.#parts = parts.map((id, place) => ({
      id,
      place,
      asOf: undefined,
      held: new RowSet(),
      sight: 'hidden',
      isTaken: false,
      isForgotten: false,
      work: Promise.resolve(),
    }));
    this.#change();
  }

  parts(): readonly PartState[] {
    return this.#states;
  }

  version(): string {
    return this.#version;
  }

  find(ids: readonly string[]): (StoredProfile | undefined)[] {
    const tables = this.#tables;
    const found: (StoredProfile | undefined)[] = [];
    for (const id of ids) {
      const parts = tables.isOpen ? tables.find(id) : undefined;
      found.push(parts === undefined ? undefined : { id, parts });
    }
    return found;
  }

  findIds(identifier: string, value: string, limit: number): string[] {
    const place = this.#identifiers.get(identifier);
    return place === undefined || !this.#tables.isOpen ? [] : this.#tables.findIds(place, value, limit);
  }

  async begin({ part: place, identifiers }: IntakeRequest): Promise<Intake> {
    const part = this.#parts[place];
    if (part === undefined) throw noSuchPart();
    if (part.isTaken) throw partInUse(part.id);
    part.isTaken = true;
    this.#underWay += 1;
    await part.work;
    if (!this.#tables.isOpen) throw cancelled();
    const places = [...this.#identifiers.keys()].map((name) => {
      const at = identifiers.indexOf(name);
      return at === -1 ? undefined : at;
    });
    return new MemoryIntake({
      tables: this.#tables,
      part,
      places,
      change: () => this.#change(),
      show: () => this.#show(),
      clear: (rows) => this.#clear(part, rows),
      rest: (rows) => this.#rest(rows),
    });
  }

  async forget(place: number): Promise<void> {
    const part = this.#parts[place];
    if (part === undefined || !this.#tables.isOpen) return;
    part.asOf = undefined;
    part.sight = 'hidden';
    this.#change();
    if (part.isTaken) {
      part.isForgotten = true;
      return;
    }
    const rows = part.held;
    part.held = new RowSet();
    this.#underWay += 1;
    part.work = part.work.then(async () => {
      await this.#clear(part, rows);
      this.#rest([]);
    });
    await part.work;
  }

  async close(): Promise<void> {
    this.#tables.close();
    for (const part of this.#parts) {
      part.asOf = undefined;
      part.held = new RowSet();
    }
    this.#change();
  }

  /** From now on, something else is told. */
  #change(): void {
    this.#changes += 1;
    this.#version = `${this.#name}-${this.#changes}`;
    this.#states = this.#parts.map(({ id, asOf, held }) => ({
      id,
      asOf,
      customers: asOf === undefined ? 0 : held.size,
    }));
    this.#show();
  }

  #show(): void {
    if (this.#tables.isOpen) this.#tables.see(this.#parts.map(({ sight }) => sight));
  }

  async #clear(part: HeldPart, rows: RowSet): Promise<void> {
    const { put } = this.#tables.actsOf(part.place);
    const nothing = this.#tables.nothingOf(part.place);
    await this.#tables.inSlices(rows.rows(), (row) => {
      put(row, nothing);
      this.#empty.add(row);
    });
  }

  #rest(rows: Iterable<number>): void {
    for (const row of rows) this.#empty.add(row);
    this.#underWay -= 1;
    if (this.#underWay === 0) void this.#sweep();
  }

  async #sweep(): Promise<void> {
    const tables = this.#tables;
    const drop = (row: number): void => {
      tables.dropEmpty(row);
      this.#empty.delete(row);
    };
    await tables.inSlices(this.#empty.rows(), drop, () => this.#underWay === 0);
  }
}
