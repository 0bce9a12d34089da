import type { JourneyCounts, JourneySummary } from '../contract/contract.ts';
import { countDraft, dealBranches } from '../journeys/deal-customers.ts';
import { AppError } from '../domain/app-error.ts';
import { makeId } from '../domain/audience.ts';
import type { ActivationDefinitions } from '../domain/check-activation.ts';
import { checkJourney } from '../domain/check-journey.ts';
import type { Channel } from '../domain/destination.ts';
import {
  type InsideChoice,
  type Journey,
  type JourneyDefinition,
  type JourneyForm,
  type JourneyStatus,
  type JourneyVersion,
  definitionOf,
} from '../domain/journey.ts';
import type { Problem } from '../domain/problem.ts';
import type { Store } from '../store/store.ts';
import type { ActOptions } from '../warehouses/warehouse.ts';
import type { Activations } from './activations.ts';
import { refuseProblems } from './audience-checks.ts';
import type { ServiceContext } from './context.ts';
import { copyName } from './copy-name.ts';
import { findDefinitions, notFound, requireConnection, requireKind } from './find-definitions.ts';
import { type JourneyCheckContext, checkDraft, checkVersion, digestAudiences } from './journey-versions.ts';
import { viewSql } from './members.ts';
import type { ModelRunner } from './model-runner.ts';
import { checkSchedule, nextRun } from './schedule-text.ts';
import { refuseTakenName } from './taken-name.ts';

export type Journeys = ReturnType<typeof createJourneys>;

/** Drafts of journeys and their published versions. Ticks: `journey-ticks.ts`. */
export function createJourneys(context: ServiceContext, runner: ModelRunner, activations: Activations) {
  const { store, clock, destinations: kinds, warehouses } = context;

  const definitionsOf = (connectionId: string): ActivationDefinitions => ({
    ...findDefinitions(store, connectionId),
    destinations: store.listDestinations(),
  });
  const checkContext = (connectionId: string): JourneyCheckContext => ({
    definitions: definitionsOf(connectionId),
    kinds,
    whyNoState: activations.abilities(connectionId).why,
  });
  const channelOf = (destinationId: string): Channel => {
    const destination = store.findDestination(destinationId);
    return kinds.find(({ kind }) => kind === destination?.kind)?.channel ?? 'file';
  };
  const check = (connectionId: string, form: JourneyForm, given = checkContext(connectionId)): Problem[] => [
    ...checkDraft(definitionOf(form), given),
    ...checkSchedule(form.schedule),
  ];

  const summarize = (
    connectionId: string,
    journey: Journey,
    given: JourneyCheckContext = checkContext(connectionId),
  ): JourneySummary => {
    const lastTick = store.findLastTick(connectionId, journey.id);
    const newest = journey.versions.at(-1);
    const next =
      journey.schedule === undefined || journey.status !== 'live'
        ? undefined
        : nextRun(journey.schedule, clock());
    return {
      journey,
      problems: check(connectionId, journey, given),
      isChanged: newest !== undefined && !isSame(newest.definition, definitionOf(journey)),
      ...(lastTick === undefined ? {} : { lastTick }),
      ...(next === undefined ? {} : { nextTick: next }),
    };
  };

  const put = (connectionId: string, journey: Journey): JourneySummary => {
    store.saveJourney(connectionId, journey);
    return summarize(connectionId, journey);
  };

  /** @throws AppError IN_USE while a tick is not over */
  const refuseTicking = (connectionId: string, { id, name }: Journey): void => {
    const last = store.findLastTick(connectionId, id);
    if (last === undefined || last.status === 'done') return;
    throw new AppError({
      code: 'IN_USE',
      message: `Tick ${last.number} of “${name}” is ${last.status === 'running' ? 'running' : 'not over'}.`,
      help: 'Tick the journey until it is over; cancel or resume runs that wait.',
      retry: 'after-fix',
    });
  };

  const changeStatus = (
    connectionId: string,
    id: string,
    from: readonly JourneyStatus[],
    to: JourneyStatus,
  ): JourneySummary => {
    const journey = requireJourney(store, connectionId, id);
    if (!from.includes(journey.status)) throw wrongStatus(journey, to);
    return put(connectionId, { ...journey, status: to });
  };

  const dealRequest = (connectionId: string, form: JourneyDefinition) => {
    const definitions = definitionsOf(connectionId);
    const definition = definitionOf(form);
    refuseProblems(
      checkJourney(definition, definitions).filter(({ where }) => !/\.activation(\.|$)/.test(where)),
    );
    const { kind } = requireConnection(store, connectionId);
    const { dialect } = requireKind(warehouses, kind);
    return { definition, definitions, dialect, channelOf, at: clock(), asOf: runner.asOf(connectionId) };
  };

  return {
    channelOf,

    list(connectionId: string): JourneySummary[] {
      requireConnection(store, connectionId);
      const journeys = store.listJourneys(connectionId);
      if (journeys.length === 0) return [];
      const given = checkContext(connectionId);
      return journeys.map((each) => summarize(connectionId, each, given));
    },

    get: (connectionId: string, id: string): JourneySummary =>
      summarize(connectionId, requireJourney(store, connectionId, id)),

    check: (connectionId: string, form: JourneyForm): { problems: Problem[] } => ({
      problems: check(connectionId, form),
    }),

    /** @throws AppError NAME_TAKEN, NOT_FOUND; then nothing was saved */
    save(connectionId: string, form: JourneyForm): JourneySummary {
      // The model has to be there: journeys belong to it.
      findDefinitions(store, connectionId);
      const all = store.listJourneys(connectionId);
      refuseTakenName('journey', form.name, form.id, all);
      const id = form.id ?? makeId(form.name, new Set(all.map((each) => each.id)));
      const { status, versions } =
        form.id === undefined
          ? { status: 'draft' as const, versions: [] }
          : requireJourney(store, connectionId, form.id);
      return put(connectionId, { ...form, id, name: form.name.trim(), status, versions });
    },

    /** A new draft of the same steps; nothing of it was published. */
    duplicate(connectionId: string, id: string): JourneySummary {
      const journey = requireJourney(store, connectionId, id);
      const all = store.listJourneys(connectionId);
      const name = copyName(journey.name, all);
      const copy = makeId(name, new Set(all.map((each) => each.id)));
      return put(connectionId, { ...journey, id: copy, name, status: 'draft', versions: [] });
    },

    /** @throws AppError IN_USE while it is live or paused, or a tick is not over */
    remove(connectionId: string, id: string): void {
      const journey = requireJourney(store, connectionId, id);
      refuseTicking(connectionId, journey);
      if (journey.status === 'live' || journey.status === 'paused') {
        throw new AppError({
          code: 'IN_USE',
          message: `“${journey.name}” is ${journey.status}.`,
          help: 'Stop it first: everybody inside leaves.',
          retry: 'after-fix',
        });
      }
      store.removeJourney(connectionId, id);
    },

    /** Every count of a draft, from one query. @throws AppError RULE_INVALID, and what {@link ModelRunner.run} throws */
    async counts(connectionId: string, form: JourneyForm, options: ActOptions): Promise<JourneyCounts> {
      const { query, read } = countDraft(dealRequest(connectionId, form));
      return runner.run(connectionId, options, async ({ warehouse, options: passed }) => {
        const { rows } = await warehouse.query(query, passed);
        return read(rows[0] ?? []);
      });
    },

    /** The statement that deals customers to branches. */
    sql(connectionId: string, form: JourneyForm) {
      return viewSql(dealBranches(dealRequest(connectionId, form)));
    },

    /** Publishes the saved draft. @throws AppError RULE_INVALID, IN_USE while a tick is not over */
    publish(connectionId: string, id: string, inside: InsideChoice): JourneySummary {
      const journey = requireJourney(store, connectionId, id);
      refuseTicking(connectionId, journey);
      refuseProblems(check(connectionId, journey));
      const definition = definitionOf(journey);
      const version: JourneyVersion = {
        number: (journey.versions.at(-1)?.number ?? 0) + 1,
        publishedAt: clock(),
        inside: journey.versions.length === 0 ? 'keep' : inside,
        definition,
        audiences: digestAudiences(definition, definitionsOf(connectionId)),
      };
      return put(connectionId, { ...journey, status: 'live', versions: [...journey.versions, version] });
    },

    pause: (connectionId: string, id: string) => changeStatus(connectionId, id, ['live'], 'paused'),
    resume: (connectionId: string, id: string) => changeStatus(connectionId, id, ['paused'], 'live'),
    /** Says that everybody has left; the tick that lets them is not made here. */
    markStopped: (connectionId: string, id: string) =>
      changeStatus(connectionId, id, ['live', 'paused'], 'stopped'),
    refuseTicking,

    /** What the versions in play need to tick is there and unchanged. @throws AppError RULE_INVALID */
    refuseBrokenVersions(connectionId: string, versions: readonly JourneyVersion[]): void {
      const given = checkContext(connectionId);
      refuseProblems(versions.flatMap((version) => checkVersion(version, given)));
    },
  };
}

/** The saved journey. @throws AppError NOT_FOUND */
export function requireJourney(store: Store, connectionId: string, id: string): Journey {
  requireConnection(store, connectionId);
  const journey = store.findJourney(connectionId, id);
  if (journey === undefined) throw notFound(`The journey “${id}” does not exist.`);
  return journey;
}

function isSame(left: JourneyDefinition, right: JourneyDefinition): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function wrongStatus({ name, status }: Journey, to: JourneyStatus): AppError {
  const act = { live: 'resumed', paused: 'paused', stopped: 'stopped', draft: 'a draft again' }[to];
  return new AppError({
    code: 'RULE_INVALID',
    message: `“${name}” is ${status === 'draft' ? 'not published' : status} and cannot be ${act}.`,
    help: 'Look at the journey again: it may have changed meanwhile.',
    retry: 'no',
  });
}
