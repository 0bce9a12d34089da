import { z } from 'zod';
import type { JourneyResults, JourneySummary, Trace } from '../contract/contract.ts';
import { JourneyState, noState } from '../journeys/journey-state.ts';
import { readInstant } from '../journeys/read-instant.ts';
import { AppError } from '../domain/app-error.ts';
import type { Journey } from '../domain/journey.ts';
import { LogKind, type Tick, type TraceRow } from '../domain/tick.ts';
import { compileResults, compileTrace } from '../sql/journey-reading.ts';
import type { CompiledQuery } from '../sql/index.ts';
import type { JourneyWriter } from '../sql/journey-tables.ts';
import type { ActOptions, QueryResult } from '../warehouses/warehouse.ts';
import type { ServiceContext } from './context.ts';
import { findStateSchemaOf } from './find-definitions.ts';
import { type Journeys, requireJourney } from './journeys.ts';
import type { ModelRunner, ReadyModel } from './model-runner.ts';
import { newTick } from './new-tick.ts';

/** The most places and ways that a journey's results are read of. */
const MOST_RESULTS = 20_000;
/** The most things that a trace shows, the latest. */
const MOST_TRACED = 200;

const text = z.string().nullable();
const ResultRow = z.tuple([
  z.enum(['log', 'inside', 'customers']),
  LogKind.nullable(),
  text,
  text,
  text,
  text,
  z.coerce.number(),
]);
const LogRow = z.tuple([
  z.coerce.number(),
  z.string(),
  z.coerce.number(),
  LogKind,
  z.coerce.number(),
  z.string(),
  text,
  text,
  text,
]);

/** What the tables of a journey hold, and the acts on them that are no ticks. Nothing of an answer is kept. */
export function createJourneyResults(context: ServiceContext, runner: ModelRunner, journeys: Journeys) {
  const { store, clock } = context;

  const onState = <T>(
    connectionId: string,
    journeyId: string,
    options: ActOptions,
    act: (state: JourneyState, ready: ReadyModel) => Promise<T>,
  ): Promise<T> =>
    runner.run(connectionId, options, async (ready) => {
      const schema = findStateSchemaOf(context, connectionId);
      const { warehouse, dialect } = ready;
      if (schema === undefined || warehouse.state === undefined) throw noState();
      const state = new JourneyState({ warehouse, dialect, schema, journeyId, options: ready.options });
      return act(state, ready);
    });

  /** The rows of a query over the journey's tables; none where no tick has made them yet. */
  const read = (
    connectionId: string,
    journeyId: string,
    { maxRows, ...options }: ActOptions & { readonly maxRows: number },
    compile: (writer: JourneyWriter) => CompiledQuery,
  ): Promise<QueryResult['rows']> => {
    requireJourney(store, connectionId, journeyId);
    return onState(connectionId, journeyId, options, async ({ writer }, { warehouse, options: passed }) => {
      try {
        return (await warehouse.query(compile(writer), { ...passed, maxRows })).rows;
      } catch (error) {
        if (error instanceof AppError && error.code === 'TABLE_MISSING') return [];
        throw error;
      }
    });
  };

  /** Writes stopping to the ledger as the tick that it counts as. */
  const noteStop = (connectionId: string, journey: Journey, number: number, counts: Tick['counts']): void => {
    const at = clock();
    const asOf = runner.asOf(connectionId);
    const tick = newTick(context, journey, { connectionId, number, at, asOf, startedFrom: 'app' });
    store.saveTick({ ...tick, counts, status: 'done', phase: 'done', endedAt: at });
  };

  return {
    async results(connectionId: string, journeyId: string, options: ActOptions): Promise<JourneyResults> {
      const given = { ...options, maxRows: MOST_RESULTS };
      const rows = await read(connectionId, journeyId, given, compileResults);
      const asOf = store.findLastTick(connectionId, journeyId)?.at;
      return readResults(
        rows.map((row) => ResultRow.parse(row)),
        asOf,
      );
    },

    async trace(
      connectionId: string,
      journeyId: string,
      customerId: string,
      options: ActOptions,
    ): Promise<Trace> {
      const limit = MOST_TRACED + 1;
      const given = { ...options, maxRows: limit };
      const rows = await read(connectionId, journeyId, given, (writer) =>
        compileTrace(customerId, limit, writer),
      );
      const traced = rows.map((row) => readTrace(LogRow.parse(row)));
      return { rows: traced.slice(0, MOST_TRACED).reverse(), isComplete: traced.length <= MOST_TRACED };
    },

    /** Everybody inside leaves. @throws AppError IN_USE while a tick is not over, RULE_INVALID */
    async stop(connectionId: string, journeyId: string, options: ActOptions): Promise<JourneySummary> {
      const journey = requireJourney(store, connectionId, journeyId);
      journeys.refuseTicking(connectionId, journey);
      if (findStateSchemaOf(context, connectionId) !== undefined && journey.status !== 'draft') {
        await onState(connectionId, journeyId, options, async (state) => {
          const last = store.findLastTick(connectionId, journeyId);
          await state.prepare();
          const { lastTick } = await state.check(last?.number ?? 0);
          await state.stop(lastTick + 1, clock());
          noteStop(connectionId, journey, lastTick + 1, await state.counts(lastTick + 1));
        });
      }
      return journeys.markStopped(connectionId, journeyId);
    },

    /** Takes the state as it is for right. @throws AppError IN_USE while a tick has begun to change it */
    async acceptState(connectionId: string, journeyId: string, options: ActOptions): Promise<void> {
      const journey = requireJourney(store, connectionId, journeyId);
      const last = store.findLastTick(connectionId, journeyId);
      if (last !== undefined && last.status !== 'done' && last.phase !== 'moving') {
        throw new AppError({
          code: 'IN_USE',
          message: `Tick ${last.number} of “${journey.name}” is not over.`,
          help: 'Tick the journey until it is over.',
          retry: 'after-fix',
        });
      }
      await onState(connectionId, journeyId, options, async (state) => {
        await state.prepare();
        const finished = last?.status === 'done' ? last.number : (last?.number ?? 1) - 1;
        await state.accept(finished, clock());
      });
    },
  };
}

function readResults(rows: readonly z.infer<typeof ResultRow>[], asOf: string | undefined): JourneyResults {
  const steps = new Map<string, JourneyResults['steps'][number]>();
  const at = (step: string): JourneyResults['steps'][number] => {
    const known = steps.get(step) ?? { step, inside: 0, sent: 0, notSent: [] };
    steps.set(step, known);
    return known;
  };
  const results: JourneyResults = {
    ...(asOf === undefined ? {} : { asOf }),
    entries: 0,
    customers: 0,
    inside: 0,
    goals: 0,
    steps: [],
    flows: [],
    left: [],
  };
  for (const [part, kind, step, way, next, reason, customers] of rows) {
    if (part === 'customers') results.customers += customers;
    if (step === null) continue;
    const known = at(step);
    if (part === 'inside') {
      known.inside += customers;
      results.inside += customers;
    }
    if (kind === 'entered') results.entries += customers;
    if (kind === 'entered' || kind === 'passed')
      results.flows.push({ step, way: way ?? '', customers, ...(next === null ? {} : { to: next }) });
    if (kind === 'goal') results.goals += customers;
    if (kind === 'sent') known.sent += customers;
    if (kind === 'not-sent')
      known.notSent.push({ reason: reason ?? '', customers, ...(way === null ? {} : { way }) });
    if (kind === 'left') results.left.push({ step, reason: reason ?? '', customers });
  }
  return { ...results, steps: [...steps.values()] };
}

function readTrace([tick, at, entry, kind, version, step, way, nextStep, reason]: z.infer<
  typeof LogRow
>): TraceRow {
  return {
    tick,
    at: readInstant(at),
    entry,
    kind,
    version,
    step,
    ...(way === null ? {} : { way }),
    ...(nextStep === null ? {} : { nextStep }),
    ...(reason === null ? {} : { reason }),
  };
}
