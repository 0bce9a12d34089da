import { AppError, cancelled } from '../domain/app-error.ts';
import type { Instant } from '../domain/duration.ts';
import type { MemoryTables, PartActs, Sight } from './memory-tables.ts';
import { IDENTIFIER_PART, type Intake, type IntakeRows } from './profile-store.ts';
import { RowSet } from './row-set.ts';

/** A part as memory holds it. */
export interface HeldPart {
  readonly id: string;
  readonly place: number;
  asOf: Instant | undefined;
  /** The rows of the customers who are in it. */
  held: RowSet;
  sight: Sight;
  /** True from the begin of an intake to its end. */
  isTaken: boolean;
  /** Forgotten while an intake was under way, which compared with it: it is hidden, and emptied unless the intake is committed. */
  isForgotten: boolean;
  /** What goes on in the background: a merge, or that it is emptied. */
  work: Promise<void>;
}

/** What an intake needs of its store. */
export interface IntakeGround {
  readonly tables: MemoryTables;
  readonly part: HeldPart;
  /** For each identifier of the store, its place in the rows that come; undefined where it does not. */
  readonly places: readonly (number | undefined)[];
  /** Told that from now on, other values are told. */
  readonly change: () => void;
  /** Shows parts as they now are to be seen. */
  readonly show: () => void;
  /** Empties the part of rows. */
  readonly clear: (rows: RowSet) => Promise<void>;
  /** Told that rows may be nobody’s any more, and that the part is at rest. */
  readonly rest: (empty: Iterable<number>) => void;
}

/** Reads a part anew by difference: what is equal to what is held is only noted as still there. */
export class MemoryIntake implements Intake {
  readonly #ground: IntakeGround;
  readonly #acts: PartActs;
  readonly #came = new RowSet();
  readonly #added = new RowSet();
  readonly #staged = new RowSet();
  /** A part that is held nowhere needs no staging: it is hidden until the commit. */
  readonly #isDirect: boolean;
  #isOver = false;

  constructor(ground: IntakeGround) {
    this.#ground = ground;
    this.#acts = ground.tables.actsOf(ground.part.place);
    this.#isDirect = ground.part.sight === 'hidden' && ground.part.held.size === 0;
  }

  async write({ ids, documents, identifiers }: IntakeRows): Promise<void> {
    this.#requireOpen();
    const places = this.#ground.part.place === IDENTIFIER_PART ? this.#ground.places : [];
    await this.#slices(ids.keys(), (at) => {
      const row = identifiers?.[at];
      const values = places.map((place) => (place === undefined ? null : (row?.[place] ?? null)));
      this.#take(ids[at] ?? '', [documents[at] ?? null, ...values]);
    });
  }

  async commit(asOf: Instant): Promise<{ readonly customers: number; readonly changed: number }> {
    this.#requireOpen();
    const { tables, part, change } = this.#ground;
    const left = new RowSet();
    const nothing = tables.nothingOf(part.place);
    await this.#slices(part.held.without(this.#came), (row) => {
      left.add(row);
      this.#stage(row, nothing);
    });
    this.#isOver = true;
    const changed = this.#isDirect ? this.#came.size : this.#staged.size;
    part.held = this.#came;
    part.asOf = asOf;
    part.isForgotten = false;
    part.isTaken = false;
    part.sight = this.#staged.size === 0 ? 'plain' : 'overlaid';
    change();
    part.work = this.#merge(left);
    // Whoever waits for the part meets the failure; where nobody does, it must not end the process.
    part.work.catch(() => undefined);
    return { customers: this.#came.size, changed };
  }

  async abort(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const { tables, part, clear, rest } = this.#ground;
    await tables.inSlices(this.#staged.rows(), this.#acts.unstage);
    if (this.#isDirect) await clear(this.#came);
    else if (part.isForgotten) {
      await clear(part.held);
      part.held = new RowSet();
    }
    part.isForgotten = false;
    part.isTaken = false;
    rest(this.#added.rows());
  }

  #take(id: string, values: readonly (string | null)[]): void {
    const found = this.#acts.look(id);
    if (found === undefined) this.#takeNew(id, values);
    else this.#takeKnown(found.row, found.values, values);
  }

  #takeNew(id: string, values: readonly (string | null)[]): void {
    const row = this.#isDirect ? this.#acts.add(id, values) : this.#ground.tables.addRow(id);
    this.#added.add(row);
    this.#came.add(row);
    if (!this.#isDirect) this.#stage(row, values);
  }

  #takeKnown(row: number, held: readonly (string | null)[], values: readonly (string | null)[]): void {
    this.#came.add(row);
    const isSame = values.every((value, at) => value === held[at]);
    // Whoever comes twice may come with another document: the last one counts.
    if (isSame && !this.#staged.has(row)) return;
    if (this.#isDirect) this.#acts.put(row, values);
    else this.#stage(row, values);
  }

  #stage(row: number, values: readonly (string | null)[]): void {
    this.#staged.add(row);
    this.#acts.stage(row, values);
  }

  /** The overlay is seen until the last row is merged; what it says of a row that was merged already is the same. */
  async #merge(left: RowSet): Promise<void> {
    const { tables, part, show, rest } = this.#ground;
    if (!(await tables.inSlices(this.#staged.rows(), this.#acts.merge))) return;
    // A part may have been hidden meanwhile.
    if (part.sight === 'overlaid') {
      part.sight = 'plain';
      show();
    }
    rest(left.rows());
  }

  async #slices<T>(items: Iterable<T>, act: (item: T) => void): Promise<void> {
    const isWhole = await this.#ground.tables.inSlices(items, act, () => !this.#isOver);
    if (!isWhole) throw cancelled();
  }

  #requireOpen(): void {
    if (!this.#ground.tables.isOpen) throw cancelled();
    if (!this.#isOver) return;
    throw new AppError({
      code: 'INTERNAL',
      message: 'Customers were written into a part after its intake was over.',
      help: 'Report this with the steps that led here.',
      retry: 'no',
    });
  }
}
