import { z } from 'zod';
import { AppError } from '../domain/app-error.ts';
import type { Definitions } from '../domain/composition.ts';
import type { Channel } from '../domain/destination.ts';
import type { Instant } from '../domain/duration.ts';
import type { JourneyVersion } from '../domain/journey.ts';
import type { TablePath } from '../domain/table-path.ts';
import { TickCount } from '../domain/tick.ts';
import type { CompiledQuery, Dialect } from '../sql/index.ts';
import { JourneyFacts } from '../sql/journey-facts.ts';
import { keepFingerprint } from '../sql/journey-fingerprint.ts';
import { JourneyGraph, versionsInPlay } from '../sql/journey-graph.ts';
import { compileKeeping } from '../sql/journey-keeping.ts';
import { compileMoves, countHops } from '../sql/journey-moves.ts';
import { compileStateCheck, compileTickCounts } from '../sql/journey-reading.ts';
import { compileRejected } from '../sql/journey-rejected.ts';
import { compileStop } from '../sql/journey-stopping.ts';
import { type JourneyTables, JourneyWriter, nameJourneyTables } from '../sql/journey-tables.ts';
import type { ActOptions, OpenWarehouse } from '../warehouses/warehouse.ts';
import { readInstant } from './read-instant.ts';

/** What the state of a journey is worked on with. */
export interface JourneyStateContext {
  readonly warehouse: OpenWarehouse;
  readonly dialect: Dialect;
  readonly schema: { readonly catalog: string; readonly schema: string };
  readonly journeyId: string;
  readonly options: ActOptions;
}

/** What a tick is made of. `versions` are all that were published, in their order. */
export interface TickInput {
  readonly number: number;
  /** The instant that waits, caps and entries are counted from. */
  readonly at: Instant;
  /** The instant that audiences are counted from: `at`, but where the data stands still. */
  readonly asOf: Instant;
  readonly versions: readonly JourneyVersion[];
  readonly definitions: Definitions;
  readonly channelOf: (destinationId: string) => Channel;
}

/** The most places that customers can stand at, over all versions in play. */
const MOST_PLACES = 20_000;

const StandingRow = z.tuple([
  z.coerce.number().nullable(),
  z.string().nullable(),
  z.coerce.number().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.coerce.number().nullable(),
  z.coerce.number().nullable(),
  z.string().nullable(),
]);

const CountRow = z.tuple([
  z.string(),
  z.coerce.number(),
  z.string(),
  z.string().nullable(),
  z.string().nullable(),
  z.coerce.number(),
]);

/** Customers who stand at a step, and when the first of them came. */
interface Standing {
  readonly version: number;
  readonly step: string;
  readonly since: Instant | undefined;
}

/** The state of one journey in the schema for state, and the statements of its ticks. What they mean: README. */
export class JourneyState {
  readonly tables: JourneyTables;
  readonly writer: JourneyWriter;
  readonly #context: JourneyStateContext;
  #standing: readonly Standing[] = [];

  constructor(context: JourneyStateContext) {
    this.#context = context;
    this.tables = nameJourneyTables(context.schema, context.journeyId);
    this.writer = new JourneyWriter(context.dialect, this.tables);
  }

  /** Makes the tables that are not there. @throws AppError PERMISSION_DENIED, TARGET_UNWRITABLE */
  async prepare(): Promise<void> {
    await this.#run(this.writer.createAll());
  }

  /**
   * Compares the state with its fingerprint. `lastNumber` is the last tick that this computer knows of, 0 for none.
   * @returns the last tick that is finished in the schema, which may be one of another computer
   * @throws AppError STATE_CHANGED
   */
  async check(lastNumber: number): Promise<{ readonly lastTick: number }> {
    const { rows, lastTick, kept } = await this.#readStanding();
    const entries = rows.reduce((sum, { customers }) => sum + customers, 0);
    const sum = rows.reduce((all, each) => all + each.fingerprint, 0n);
    const { name } = this.#context.dialect.rowHash;
    // One by another hash, such as of an engine's version before, says nothing of the rows but how many there are.
    const isComparable = kept?.fingerprint.startsWith(`${name} `) === true;
    const isKept =
      kept === undefined
        ? entries === 0
        : kept.entries === entries && (!isComparable || kept.fingerprint === `${name} ${sum}`);
    if (!isKept || lastTick < lastNumber) throw stateChanged(this.tables.state.table);
    this.#standing = rows.flatMap(({ version, step, since }) =>
      version === undefined || step === undefined ? [] : [{ version, step, since }],
    );
    return { lastTick };
  }

  /** Finds who moves, into the table of moves. Changes nothing else. Comes after {@link check}. */
  async move(tick: TickInput): Promise<void> {
    const { dialect } = this.#context;
    const facts = new JourneyFacts();
    const { graph, floor } = this.#graph(tick, facts);
    const request = {
      graph,
      floor,
      facts: facts.compile(tick.definitions, dialect, tick),
      factCount: facts.count,
      at: tick.at,
    };
    await this.#run(compileMoves(request, this.writer));
  }

  /** Writes log, sends and state of the tick, and that it is finished. Done again, from the same moves, it gives the same. */
  async keep(tick: TickInput): Promise<void> {
    const { dialect, journeyId } = this.#context;
    const { graph } = this.#graph(tick, new JourneyFacts());
    const { number, at } = tick;
    const request = { journeyId, number, at, graph, hops: countHops(graph, dialect) };
    await this.#run(compileKeeping(request, this.writer));
  }

  /** Lets the moves go, once it is known that the tick is kept: they hold the ids of customers. */
  async forgetMoves(): Promise<void> {
    await this.#run([this.writer.drop('moves')]);
  }

  /** What a tick did, by place. */
  async counts(number: number): Promise<TickCount[]> {
    const { warehouse, options } = this.#context;
    const { rows } = await warehouse.query(compileTickCounts(number, this.writer), options);
    return rows.map((row) => {
      const [kind, version, step, way, reason, customers] = CountRow.parse(row);
      return TickCount.parse({
        kind,
        version,
        step,
        customers,
        ...(way === null ? {} : { way }),
        ...(reason === null ? {} : { reason }),
      });
    });
  }

  /** Writes whom the run of a step rejected to the log of its tick; `rejected` holds their ids. */
  async noteRejected(
    { number, at }: Pick<TickInput, 'number' | 'at'>,
    { version, step }: { readonly version: number; readonly step: string },
    rejected: TablePath,
  ): Promise<void> {
    const { journeyId } = this.#context;
    const request = { journeyId, number, at, version, step, rejected };
    await this.#run(compileRejected(request, this.writer));
  }

  /** Lets everybody leave, as a tick of its own. */
  async stop(number: number, at: Instant): Promise<void> {
    const { journeyId } = this.#context;
    await this.#run(compileStop({ journeyId, number, at }, this.writer));
  }

  /** Takes the state as it is for that of a tick. */
  async accept(number: number, at: Instant): Promise<void> {
    const { journeyId } = this.#context;
    await this.#run(keepFingerprint({ journeyId, number, at }, this.writer));
  }

  #graph({ versions: published, at, channelOf }: TickInput, facts: JourneyFacts) {
    const { versions, floor } = versionsInPlay(published);
    const firstArrival = (version: number, step: string): Instant | undefined => {
      const arrivals = this.#standing.flatMap((each) => {
        const isHere = each.version === version || (floor?.number === version && each.version < version);
        return isHere && each.step === step && each.since !== undefined ? [each.since] : [];
      });
      return arrivals.sort()[0];
    };
    return { graph: new JourneyGraph({ versions, facts, at, channelOf, firstArrival }), floor };
  }

  async #readStanding() {
    const { warehouse, journeyId, options } = this.#context;
    const query = compileStateCheck(journeyId, this.writer);
    try {
      const { rows } = await warehouse.query(query, { ...options, maxRows: MOST_PLACES });
      const read = rows.map((row) => StandingRow.parse(row));
      const [, , , , , tick = null, entries = null, kept = null] = read[0] ?? [];
      return {
        lastTick: tick ?? 0,
        kept: entries === null || kept === null ? undefined : { entries, fingerprint: kept },
        rows: read.flatMap(([version, step, customers, since, fingerprint]) =>
          customers === null
            ? []
            : [
                {
                  version: version ?? undefined,
                  step: step ?? undefined,
                  customers,
                  since: since === null ? undefined : readInstant(since),
                  fingerprint: BigInt(fingerprint ?? '0'),
                },
              ],
        ),
      };
    } catch (error) {
      // A column that is not there or has another type: nothing but a change by hand does that.
      const isShape =
        error instanceof AppError &&
        ['QUERY_FAILED', 'COLUMN_MISSING', 'COLUMN_CHANGED', 'TABLE_MISSING'].includes(error.code);
      throw isShape ? stateChanged(this.tables.state.table, error) : error;
    }
  }

  async #run(queries: readonly CompiledQuery[]): Promise<void> {
    const { warehouse, options } = this.#context;
    const { state } = warehouse;
    if (state === undefined) throw noState();
    for (const query of queries) await state.execute(query, options);
  }
}

function stateChanged(table: string, cause?: unknown): AppError {
  return new AppError(
    {
      code: 'STATE_CHANGED',
      message: `The table ${table}, which holds who is where in this journey, is not as the last tick left it.`,
      help: 'It was changed by hand, or another Slipway ticks the journey now. Wait for that tick, or restore the table; if the change is right, accept the state as it is. Nothing was ticked.',
      retry: 'after-fix',
      details: { table },
    },
    cause === undefined ? undefined : { cause },
  );
}

/** The error of a journey that has to remember its customers where nothing may be written. */
export function noState(): AppError {
  return new AppError({
    code: 'TARGET_UNWRITABLE',
    message: 'This connection has no schema where a journey may keep who is where.',
    help: 'Name a state schema in the connection’s settings, or take the waits out of the journey.',
    retry: 'after-fix',
  });
}
