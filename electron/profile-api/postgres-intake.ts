import { AppError, cancelled } from '../domain/app-error.ts';
import type { Instant } from '../domain/duration.ts';
import { partInUse } from './part-in-use.ts';
import type { PostgresSession } from './postgres-link.ts';
import { ID_COLUMN, inNoPart, lockKey, type PostgresTable, writtenColumns } from './postgres-table.ts';
import { IDENTIFIER_PART, type Intake, type IntakeRequest, type IntakeRows } from './profile-store.ts';

/** How long another writer is waited for, in milliseconds. The lock of a connection that just broke goes within it. */
const LOCK_WAIT = 3_000;
const STAGED = 'pg_temp.slipway_staged';

/** What came of a commit. */
export interface Committed {
  readonly customers: number;
  readonly changed: number;
}

/** What an intake needs of its store. */
export interface PostgresGround {
  readonly table: PostgresTable;
  readonly session: PostgresSession;
  readonly request: IntakeRequest;
  /** Told once: `committed` where it was, with the instant. */
  readonly done: (committed: (Committed & { readonly asOf: Instant }) | undefined) => void;
}

/**
 * Begins an intake: the part is locked against other writers, of this app and of others, and a temporary table takes what comes. Both end
 * with the connection.
 * @throws AppError IN_USE
 */
export async function beginPostgresIntake(ground: PostgresGround): Promise<Intake> {
  const { table, session, request } = ground;
  const id = table.partIds[request.part] ?? '';
  await session.run({ text: `SET lock_timeout = ${LOCK_WAIT}` });
  await session
    .run({
      text: 'SELECT pg_advisory_lock(hashtextextended($1, 0))',
      values: [lockKey(table, `part ${id}`)],
    })
    .catch((error: unknown) => {
      throw error instanceof AppError && error.code === 'TIMEOUT' ? partInUse(id) : error;
    });
  // Commits of other parts may be waited for as long as they take.
  await session.run({ text: 'SET lock_timeout = 0' });
  const columns = writtenColumns(table, request.part).map((column) => `, ${column} text`);
  await session.run({
    text: `CREATE TEMPORARY TABLE slipway_staged (${ID_COLUMN} text COLLATE "C" PRIMARY KEY${columns.join('')})`,
  });
  return new PostgresIntake(ground);
}

class PostgresIntake implements Intake {
  readonly #ground: PostgresGround;
  readonly #columns: readonly string[];
  #isOver = false;

  constructor(ground: PostgresGround) {
    this.#ground = ground;
    this.#columns = writtenColumns(ground.table, ground.request.part);
  }

  async write({ ids, documents, identifiers }: IntakeRows): Promise<void> {
    if (this.#isOver) throw cancelled();
    const { table, request } = this.#ground;
    const carried = request.part === IDENTIFIER_PART ? table.identifiers : [];
    const values = carried.map((name) => {
      const place = request.identifiers.indexOf(name);
      return ids.map((_, at) => (place === -1 ? null : (identifiers?.[at]?.[place] ?? null)));
    });
    const lists = [ids, documents, ...values];
    await this.#ground.session.run({
      name: 'slipway_stage',
      text: `INSERT INTO ${STAGED} SELECT * FROM unnest(${lists.map((_, at) => `$${at + 1}::text[]`).join(', ')})`,
      values: lists,
    });
  }

  async commit(asOf: Instant): Promise<Committed> {
    if (this.#isOver) throw cancelled();
    try {
      const committed = await this.#writeDifference(asOf);
      await this.#end({ ...committed, asOf });
      return committed;
    } catch (error) {
      await this.#end(undefined);
      throw error;
    }
  }

  async abort(): Promise<void> {
    if (!this.#isOver) await this.#end(undefined);
  }

  /** Only rows that differ are written, so that the server’s log and its replicas carry no more. */
  async #writeDifference(asOf: Instant): Promise<Committed> {
    const { table, session, request } = this.#ground;
    const run = async (text: string): Promise<number> => (await session.run({ text })).count;
    await run(`ANALYZE ${STAGED}`);
    await run('BEGIN');
    // Two parts that add and remove the same customer at a time would miss each other's rows.
    await session.run({
      text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
      values: [lockKey(table, 'commit')],
    });
    const { rows } = await session.run({ text: `SELECT count(*) FROM ${STAGED}` });
    const customers = Number(rows[0]?.[0] ?? 0);
    const changed = (await run(this.#updateText())) + (await run(this.#insertText()));
    const left = await run(this.#leaveText());
    if (left > 0) await run(`DELETE FROM ${table.profiles} WHERE ${inNoPart(table)}`);
    await session.run({
      text:
        `INSERT INTO ${table.parts} (part, as_of, customers) VALUES ($1, $2, $3) ` +
        'ON CONFLICT (part) DO UPDATE SET as_of = excluded.as_of, customers = excluded.customers',
      values: [table.partIds[request.part], asOf, customers],
    });
    await run('COMMIT');
    return { customers, changed: changed + left };
  }

  #updateText(): string {
    const row = (alias: string): string => this.#columns.map((column) => `${alias}.${column}`).join(', ');
    return (
      `UPDATE ${this.#ground.table.profiles} AS held SET ${this.#columns.map((column) => `${column} = staged.${column}`).join(', ')} ` +
      `FROM ${STAGED} AS staged WHERE held.${ID_COLUMN} = staged.${ID_COLUMN} AND ROW(${row('held')}) IS DISTINCT FROM ROW(${row('staged')})`
    );
  }

  #insertText(): string {
    const list = [ID_COLUMN, ...this.#columns].join(', ');
    const { profiles } = this.#ground.table;
    return (
      `INSERT INTO ${profiles} (${list}) SELECT ${list} FROM ${STAGED} AS staged ` +
      `WHERE NOT EXISTS (SELECT 1 FROM ${profiles} AS held WHERE held.${ID_COLUMN} = staged.${ID_COLUMN})`
    );
  }

  #leaveText(): string {
    const [document = ''] = this.#columns;
    return (
      `UPDATE ${this.#ground.table.profiles} AS held SET ${this.#columns.map((column) => `${column} = NULL`).join(', ')} ` +
      `WHERE ${document} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${STAGED} AS staged WHERE staged.${ID_COLUMN} = held.${ID_COLUMN})`
    );
  }

  async #end(committed: (Committed & { readonly asOf: Instant }) | undefined): Promise<void> {
    this.#isOver = true;
    this.#ground.done(committed);
    await this.#ground.session.end();
  }
}
