import { hash as digestOf } from 'node:crypto';
import { RunPlan } from '../activation/run-plan.ts';
import { type DealRequest, countDraft, dealBranches } from '../journeys/deal-customers.ts';
import { JourneyState, type TickInput, noState } from '../journeys/journey-state.ts';
import {
  type Journey,
  type JourneyVersion,
  type Step,
  findPublishedStep,
  needsState,
} from '../domain/journey.ts';
import type { ActivationRun } from '../domain/run.ts';
import type { Tick, TickSend } from '../domain/tick.ts';
import type { Dialect } from '../sql/index.ts';
import { onlyThose, sentAt } from '../sql/journey-reading.ts';
import { JourneyWriter, nameJourneyTables } from '../sql/journey-tables.ts';
import { versionsInPlay } from '../sql/journey-graph.ts';
import { renameValues } from '../sql/rename-values.ts';
import type { ActOptions } from '../warehouses/warehouse.ts';
import type { ActivationRuns } from './activation-runs.ts';
import type { Activations } from './activations.ts';
import type { ServiceContext } from './context.ts';
import { findDefinitions, findStateSchemaOf, requireConnection, requireKind } from './find-definitions.ts';
import { type Journeys, requireJourney } from './journeys.ts';
import type { ModelRunner, ReadyModel } from './model-runner.ts';
import { type RunSubject, defineRun } from './run-definition.ts';

/** What ticks are carried out with. */
export interface TickParts {
  readonly context: ServiceContext;
  readonly runner: ModelRunner;
  readonly activations: Activations;
  readonly runs: ActivationRuns;
  readonly journeys: Journeys;
}

/**
 * Carries out a tick, or goes on with it where it stopped, and returns it as it is then kept: done, or waiting for a run.
 * @throws AppError and the signal's reason; the store holds how far it came
 */
export async function carryOutTick(
  parts: TickParts,
  tick: Tick,
  options: ActOptions & { readonly signal: AbortSignal },
): Promise<Tick> {
  return new TickCourse(parts, tick, options).carryOut();
}

class TickCourse {
  readonly #parts: TickParts;
  readonly #journey: Journey;
  readonly #options: ActOptions & { readonly signal: AbortSignal };
  #tick: Tick;

  constructor(parts: TickParts, tick: Tick, options: ActOptions & { readonly signal: AbortSignal }) {
    this.#parts = parts;
    this.#tick = tick;
    this.#options = options;
    this.#journey = requireJourney(parts.context.store, tick.connectionId, tick.journeyId);
  }

  async carryOut(): Promise<Tick> {
    if (this.#tick.phase === 'moving' || this.#tick.phase === 'keeping') {
      await this.#parts.runner.run(this.#tick.connectionId, this.#options, (ready) => this.#move(ready));
    }
    const runs = await this.#send();
    this.#options.signal.throwIfAborted();
    const open = runs.filter(({ status }) => !isOver(status));
    if (open.length > 0) return this.#keep({ status: 'waiting' });
    await this.#noteRejected(runs);
    return this.#keep({ status: 'done', phase: 'done', endedAt: this.#parts.context.clock() });
  }

  async #move(ready: ReadyModel): Promise<void> {
    const state = this.#state(ready);
    if (state === undefined) {
      if (versionsInPlay(this.#journey.versions).versions.some(({ definition }) => needsState(definition)))
        throw noState();
      await this.#deal(ready);
      return;
    }
    if (this.#tick.phase === 'moving') {
      this.#tell('Comparing the state with the last tick');
      await state.prepare();
      const { lastTick } = await state.check(this.#tick.number - 1);
      // Another computer ticked this journey meanwhile.
      if (lastTick >= this.#tick.number) this.#renumber(lastTick + 1);
      this.#tell('Finding who moves');
      await state.move(this.#input());
      this.#keep({ phase: 'keeping' });
    }
    this.#tell('Keeping who is where');
    await state.keep(this.#input());
    const counts = await state.counts(this.#tick.number);
    const sends = counts.flatMap(({ kind, version, step, customers }) =>
      kind === 'sent' ? [this.#plan(version, step, customers)] : [],
    );
    this.#keep({ phase: 'sending', counts, sends });
    // Only now: without them a tick that was killed before could not be kept again.
    await state.forgetMoves();
  }

  /** Without a schema for state: everybody of now is dealt to the branches, and each is sent. */
  async #deal(ready: ReadyModel): Promise<void> {
    const newest = this.#newest();
    const { dialect, warehouse, options } = ready;
    this.#tell('Dealing customers to the branches');
    const { query, read } = countDraft(this.#dealRequest(dialect));
    const { rows } = await warehouse.query(query, options);
    const counts = read(rows[0] ?? []);
    const sends = newest.definition.steps.flatMap(({ id, kind }) => {
      const customers = counts.steps.find(({ step }) => step === id)?.customers ?? 0;
      return kind === 'activate' && customers > 0 ? [this.#plan(newest.number, id, customers)] : [];
    });
    this.#keep({
      phase: 'sending',
      sends,
      counts: sends.map(({ version, step, customers }) => ({ kind: 'sent', version, step, customers })),
    });
  }

  async #send(): Promise<ActivationRun[]> {
    const { runs } = this.#parts;
    this.#tell('Sending');
    for (const send of this.#tick.sends) this.#begin(send);
    return Promise.all(this.#tick.sends.map(({ runId }) => runs.wait(runId)));
  }

  /** Starts the run of a send, or goes on with it. One that asks a person waits. */
  #begin(send: TickSend): void {
    const { context, runs } = this.#parts;
    const { connectionId, number, asOf, journeyId, startedFrom } = this.#tick;
    const known = context.store.findRun(send.runId);
    if (known?.kind === 'activation' && context.store.findRunState(known.id) !== undefined) {
      if (known.status === 'interrupted' || known.status === 'failed') runs.resume(known.id);
      return;
    }
    const { version, step } = send;
    const journey = { id: journeyId, name: this.#journey.name, tick: number, version, step };
    const defined = defineRun(context, connectionId, this.#subject(send), {
      id: send.runId,
      asOf,
      startedFrom,
      journey,
    });
    runs.begin(defined);
  }

  #subject({ version, step: id }: TickSend): RunSubject {
    const { activations, context } = this.#parts;
    const { connectionId, journeyId, number } = this.#tick;
    const found = findPublishedStep(this.#journey, version, id);
    if (found?.kind !== 'activate' || found.activation === undefined)
      throw new RangeError('A send needs a step that activates.');
    const { activation } = found;
    const entry = this.#version(version)?.definition.steps.find(({ kind }) => kind === 'entry');
    const audienceId = (entry?.kind === 'entry' ? entry.audience : undefined) ?? '';
    const audience = context.store.findAudience(connectionId, audienceId)?.audience;
    const schema = findStateSchemaOf(context, connectionId);
    const { kind } = requireConnection(context.store, connectionId);
    const { dialect } = requireKind(context.warehouses, kind);
    return {
      ...activation,
      id: `${journeyId}.${id}.v${version}`,
      name: `${this.#journey.name}, ${nameOf(found)}`,
      audience: { id: audienceId, name: audience?.name ?? audienceId },
      members: (asOf, asText) => {
        const everybody = activations.prepareEverybody(connectionId, activation, { asText })(asOf);
        if (schema !== undefined) {
          const writer = new JourneyWriter(dialect, nameJourneyTables(schema, journeyId));
          return onlyThose(everybody, sentAt(journeyId, { number, version, step: id }, writer));
        }
        const dealt = dealBranches(this.#dealRequest(dialect), id);
        const { text, values } = renameValues(dealt, 'd_', dialect);
        return onlyThose(everybody, { text: `SELECT customer_id FROM (\n${text}\n) AS branches`, values });
      },
    };
  }

  /** Writes whom the runs rejected to the log, so that the trace can tell. */
  async #noteRejected(runs: readonly ActivationRun[]): Promise<void> {
    const { context, runner } = this.#parts;
    const rejected = runs.flatMap((run) => {
      if (run.counts.rejected === 0 || run.journey === undefined) return [];
      const plan = RunPlan.safeParse(context.store.findRunState(run.id));
      const table = plan.success ? plan.data.tables?.retry : undefined;
      return table === undefined ? [] : [{ ...run.journey, rejected: table }];
    });
    if (rejected.length === 0) return;
    await runner.run(this.#tick.connectionId, this.#options, async (ready) => {
      const state = this.#state(ready);
      if (state === undefined) return;
      for (const { version, step, rejected: table } of rejected)
        await state.noteRejected(this.#tick, { version, step }, table);
      this.#keep({ counts: await state.counts(this.#tick.number) });
    });
  }

  #state({ warehouse, dialect, options }: ReadyModel): JourneyState | undefined {
    const { connectionId, journeyId } = this.#tick;
    const schema = findStateSchemaOf(this.#parts.context, connectionId);
    if (schema === undefined || warehouse.state === undefined) return undefined;
    return new JourneyState({ warehouse, dialect, schema, journeyId, options });
  }

  #input(): TickInput {
    const { number, at } = this.#tick;
    // The versions that there were when it began: none is published before it is over.
    const versions = this.#journey.versions.filter((each) => each.number <= this.#tick.version);
    const { channelOf } = this.#parts.journeys;
    return { number, at, asOf: this.#tick.asOf, versions, definitions: this.#definitions(), channelOf };
  }

  #dealRequest(dialect: Dialect): DealRequest {
    const { at, asOf } = this.#tick;
    const { definition } = this.#newest();
    const { channelOf } = this.#parts.journeys;
    return { definition, definitions: this.#definitions(), dialect, at, asOf, channelOf };
  }

  #definitions() {
    return findDefinitions(this.#parts.context.store, this.#tick.connectionId);
  }

  #plan(version: number, step: string, customers: number): TickSend {
    const { connectionId, journeyId, number, id } = this.#tick;
    const found = findPublishedStep(this.#journey, version, step);
    const destination = found?.kind === 'activate' ? (found.activation?.destination ?? '') : '';
    const words = [connectionId, journeyId, id, String(number), String(version), step].join(' ');
    return {
      version,
      step,
      stepName: found === undefined ? step : nameOf(found),
      channel: this.#parts.journeys.channelOf(destination),
      customers,
      runId: `t${digestOf('sha256', words).slice(0, 24)}`,
    };
  }

  #newest(): JourneyVersion {
    const newest = this.#journey.versions.at(-1);
    if (newest === undefined) throw new RangeError('A tick needs a published version.');
    return newest;
  }

  #version(number: number): JourneyVersion | undefined {
    return this.#journey.versions.find((each) => each.number === number);
  }

  #renumber(number: number): void {
    this.#parts.context.store.moveTick(this.#tick, number);
    this.#tick = { ...this.#tick, number };
  }

  #keep(changes: Partial<Tick>): Tick {
    this.#tick = { ...this.#tick, ...changes };
    this.#parts.context.store.saveTick(this.#tick);
    return this.#tick;
  }

  #tell(text: string): void {
    this.#options.onProgress?.({ text });
  }
}

function isOver(status: ActivationRun['status']): boolean {
  return status === 'succeeded' || status === 'incomplete' || status === 'cancelled';
}

function nameOf(step: Step): string {
  return step.name ?? step.id;
}
