import { cancelled } from '../domain/app-error.ts';
import type { Instant } from '../domain/duration.ts';
import { noSuchPart, partInUse } from './part-in-use.ts';
import { beginPostgresIntake } from './postgres-intake.ts';
import type { PostgresLink, PostgresSession } from './postgres-link.ts';
import { PostgresReads } from './postgres-reads.ts';
import { AS_OF_COLUMN, inNoPart, lockKey, type PostgresTable, writtenColumns } from './postgres-table.ts';
import type {
  FilledProfileStore,
  Intake,
  IntakeRequest,
  PartState,
  ProfileStore,
  StoredProfile,
} from './profile-store.ts';

/** How often it is looked at how fresh the table is, in milliseconds. */
const LOOK_EVERY = 5_000;
/** A look may take this part of the time at most: a large synced table without an index on `as_of` is looked at less often. */
const LOOK_SHARE = 20;

/** What a table told of its parts last. */
type Freshness = ReadonlyMap<string, PartFreshness>;
type PartFreshness = Pick<PartState, 'customers'> & { readonly asOf: Instant };

/** A table that a sync fills. */
export function readSyncedTable(link: PostgresLink, table: PostgresTable): TableReader {
  return new TableReader(link, table, async () => {
    const { rows } = await link.read({
      name: 'slipway_look',
      text: `SELECT ${instantText(`max(${AS_OF_COLUMN})`)} FROM ${table.profiles}`,
    });
    const asOf = rows[0]?.[0] ?? undefined;
    if (asOf === undefined) return new Map();
    return new Map(table.partIds.map((id) => [id, { asOf, customers: undefined }]));
  });
}

/** What a table says of its parts, and who is in them. Look at it once before it is given out. */
class TableReader implements ProfileStore {
  readonly #link: PostgresLink;
  readonly #table: PostgresTable;
  readonly #reads: PostgresReads;
  readonly #readFreshness: () => Promise<Freshness>;
  #freshness: Freshness = new Map();
  #timer: NodeJS.Timeout | undefined;
  #isOpen = true;

  constructor(link: PostgresLink, table: PostgresTable, readFreshness: () => Promise<Freshness>) {
    this.#link = link;
    this.#table = table;
    this.#reads = new PostgresReads(link, table);
    this.#readFreshness = readFreshness;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  parts(): readonly PartState[] {
    return this.#table.partIds.map((id) => {
      const found = this.#isOpen ? this.#freshness.get(id) : undefined;
      return { id, asOf: found?.asOf, customers: found?.customers };
    });
  }

  version(): undefined {
    return undefined;
  }

  async find(ids: readonly string[]): Promise<(StoredProfile | undefined)[]> {
    return this.#isOpen ? this.#reads.find(ids) : ids.map(() => undefined);
  }

  async findIds(identifier: string, value: string, limit: number): Promise<string[]> {
    return this.#isOpen ? this.#reads.findIds(identifier, value, limit) : [];
  }

  /** Looks how fresh the table is, now and from now on. @throws AppError, the first time */
  async look(): Promise<void> {
    clearTimeout(this.#timer);
    const begin = performance.now();
    const before = this.#freshness;
    try {
      const found = await this.#readFreshness();
      // What a commit told meanwhile is newer.
      if (this.#freshness === before) this.#freshness = found;
    } finally {
      if (this.#isOpen) this.#lookLater(Math.max(LOOK_EVERY, (performance.now() - begin) * LOOK_SHARE));
    }
  }

  /** Tells of a part what the table now says of it. */
  tell(id: string, state: PartFreshness | undefined): void {
    const freshness = new Map(this.#freshness);
    if (state === undefined) freshness.delete(id);
    else freshness.set(id, state);
    this.#freshness = freshness;
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#timer);
    await this.#link.close();
  }

  #lookLater(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      // What was seen last is told until the server answers again; reads say that it does not.
      this.look().catch(() => undefined);
    }, milliseconds);
    this.#timer.unref();
  }
}

/** A table that this app fills. What is in it stays there when the store is closed: it is the customer's own database. */
export class FilledTable implements FilledProfileStore {
  readonly #link: PostgresLink;
  readonly #table: PostgresTable;
  readonly #reader: TableReader;
  /** Connections of the intakes under way, by part. */
  readonly #intakes = new Map<number, PostgresSession | undefined>();

  constructor(link: PostgresLink, table: PostgresTable) {
    this.#link = link;
    this.#table = table;
    this.#reader = new TableReader(link, table, async () => {
      const { rows } = await link.read({
        name: 'slipway_look',
        text: `SELECT part, ${instantText('as_of')}, customers FROM ${table.parts}`,
      });
      return new Map(
        rows.map(([part, asOf, customers]) => [
          part ?? '',
          { asOf: asOf ?? '', customers: Number(customers) },
        ]),
      );
    });
  }

  parts(): readonly PartState[] {
    return this.#reader.parts();
  }

  version(): undefined {
    return undefined;
  }

  find(ids: readonly string[]): Promise<(StoredProfile | undefined)[]> {
    return this.#reader.find(ids);
  }

  findIds(identifier: string, value: string, limit: number): Promise<string[]> {
    return this.#reader.findIds(identifier, value, limit);
  }

  look(): Promise<void> {
    return this.#reader.look();
  }

  async begin(request: IntakeRequest): Promise<Intake> {
    const { part } = request;
    const id = this.#table.partIds[part];
    if (id === undefined) throw noSuchPart();
    if (!this.#reader.isOpen) throw cancelled();
    if (this.#intakes.has(part)) throw partInUse(id);
    this.#intakes.set(part, undefined);
    try {
      const session = await this.#openSession(part);
      return await beginPostgresIntake({
        table: this.#table,
        session,
        request,
        done: (committed) => {
          this.#intakes.delete(part);
          if (committed !== undefined) this.#reader.tell(id, committed);
        },
      });
    } catch (error) {
      await this.#intakes.get(part)?.end();
      this.#intakes.delete(part);
      throw error;
    }
  }

  async forget(part: number): Promise<void> {
    const id = this.#table.partIds[part];
    if (id === undefined || !this.#reader.isOpen) return;
    const columns = writtenColumns(this.#table, part);
    const [document = ''] = columns;
    const session = await this.#link.openSession();
    const run = async (text: string, values: readonly unknown[] = []): Promise<void> => {
      await session.run({ text, values });
    };
    try {
      await run('BEGIN');
      await run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lockKey(this.#table, 'commit')]);
      await run(
        `UPDATE ${this.#table.profiles} SET ${columns.map((column) => `${column} = NULL`).join(', ')} WHERE ${document} IS NOT NULL`,
      );
      await run(`DELETE FROM ${this.#table.profiles} WHERE ${inNoPart(this.#table)}`);
      await run(`DELETE FROM ${this.#table.parts} WHERE part = $1`, [id]);
      await run('COMMIT');
    } finally {
      await session.end();
    }
    this.#reader.tell(id, undefined);
  }

  async close(): Promise<void> {
    const sessions = [...this.#intakes.values()];
    await this.#reader.close();
    await Promise.all(sessions.map(async (session) => session?.end()));
  }

  /** A connection of an intake. Once the store is closed, what it is asked for is cancelled rather than failed. */
  async #openSession(part: number): Promise<PostgresSession> {
    const session = await this.#link.openSession();
    this.#intakes.set(part, session);
    return {
      run: async (statement) => {
        if (!this.#reader.isOpen) throw cancelled();
        return session.run(statement).catch((error: unknown) => {
          throw this.#reader.isOpen ? error : cancelled();
        });
      },
      end: () => session.end(),
    };
  }
}

/** A time as an instant. */
function instantText(time: string): string {
  return `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
