import type { ActivationForm, ActivationSummary, Preview } from '../contract/contract.ts';
import { lintActivation } from '../activation/lint-activation.ts';
import { suggestFields } from '../activation/suggest-fields.ts';
import type { Activation, Consent, FieldMapping } from '../domain/activation.ts';
import { AppError } from '../domain/app-error.ts';
import { makeId } from '../domain/audience.ts';
import type { Definitions } from '../domain/composition.ts';
import type { Instant } from '../domain/duration.ts';
import { type Problem, errorAt, hasErrors } from '../domain/problem.ts';
import type { Rule } from '../domain/rule.ts';
import { hasEnded } from '../domain/run.ts';
import { outputsOf } from '../sql/compile-mapped.ts';
import type { CompiledQuery, MembersOptions } from '../sql/index.ts';
import type { ActOptions } from '../warehouses/warehouse.ts';
import { checkAudience } from './audience-checks.ts';
import type { ServiceContext } from './context.ts';
import { requireDestination, requireDestinationKind } from './destinations.ts';
import {
  findDefinitions,
  findStateSchemaOf,
  notFound,
  requireAudience,
  requireConnection,
} from './find-definitions.ts';
import type { Members } from './members.ts';
import { checkSchedule, nextRun } from './schedule-text.ts';
import type { Store } from '../store/store.ts';
import { refuseTakenName } from './taken-name.ts';

const EVERYBODY: Rule = { kind: 'all', rules: [] };
/** How many members a preview of the mapped rows shows. */
const PREVIEWED = 20;

export type Activations = ReturnType<typeof createActivations>;

/** Saved activations: which audience goes to which destination, and how. */
export function createActivations(context: ServiceContext, members: Members) {
  const { store, clock, destinations: kinds } = context;

  const whyNoMirror = (connectionId: string): string | undefined => {
    if (findStateSchemaOf(context, connectionId) !== undefined) return undefined;
    return `${requireConnection(store, connectionId).label} has no schema where runs may keep what was synced, which mirror compares with.`;
  };

  const check = (
    connectionId: string,
    form: ActivationForm,
    definitions: Definitions = findDefinitions(store, connectionId),
  ): Problem[] => {
    const destination = store.findDestination(form.destination);
    const audience = definitions.audiences.find(({ id }) => id === form.audience);
    const rule = audience === undefined ? [] : checkAudience({ ...audience, columns: [] }, definitions);
    const broken = rule.filter(({ severity }) => severity === 'error').slice(0, 1);
    return [
      ...lintActivation(form, {
        definitions,
        destination,
        kind: kinds.find(({ kind }) => kind === destination?.kind),
        whyNoMirror: whyNoMirror(connectionId),
      }),
      ...broken.map(({ message, help }) => errorAt('audience', `The audience cannot run: ${message}`, help)),
      ...checkSchedule(form.schedule),
    ];
  };

  const summarize = (
    connectionId: string,
    activation: Activation,
    definitions: Definitions = findDefinitions(store, connectionId),
  ): ActivationSummary => {
    const audience = definitions.audiences.find(({ id }) => id === activation.audience);
    const destination = store.findDestination(activation.destination);
    const lastRun = store.findLastRun(connectionId, activation.id);
    const next = activation.schedule === undefined ? undefined : nextRun(activation.schedule, clock());
    return {
      activation,
      audienceName: audience?.name ?? activation.audience,
      destinationLabel: destination?.label ?? activation.destination,
      destinationKind: destination?.kind ?? '',
      problems: check(connectionId, activation, definitions),
      ...(lastRun === undefined ? {} : { lastRun }),
      ...(next === undefined ? {} : { nextRun: next }),
    };
  };

  return {
    list(connectionId: string): ActivationSummary[] {
      requireConnection(store, connectionId);
      const activations = store.listActivations(connectionId);
      if (activations.length === 0) return [];
      const definitions = findDefinitions(store, connectionId);
      return activations.map((each) => summarize(connectionId, each, definitions));
    },

    get: (connectionId: string, id: string): ActivationSummary =>
      summarize(connectionId, requireActivation(store, connectionId, id)),

    check: (connectionId: string, form: ActivationForm): { problems: Problem[] } => ({
      problems: check(connectionId, form),
    }),

    /** Refuses what cannot run, by the first error. @throws AppError RULE_INVALID */
    refuseBroken(connectionId: string, form: ActivationForm): void {
      const problems = check(connectionId, form);
      if (!hasErrors(problems)) return;
      const [first] = problems.filter(({ severity }) => severity === 'error');
      throw new AppError({
        code: 'RULE_INVALID',
        message: first?.message ?? 'The activation cannot run.',
        help: first?.help ?? 'Correct the activation.',
        retry: 'after-fix',
        ...(first === undefined ? {} : { where: first.where }),
      });
    },

    /** @throws AppError NAME_TAKEN, NOT_FOUND; then nothing was saved */
    save(connectionId: string, form: ActivationForm): ActivationSummary {
      // The model has to be there: activations belong to it.
      findDefinitions(store, connectionId);
      const others = store.listActivations(connectionId).filter(({ id }) => id !== form.id);
      if (form.id !== undefined) requireActivation(store, connectionId, form.id);
      refuseTakenName('activation', form.name, form.id, others);
      const id = form.id ?? makeId(form.name, new Set(others.map((each) => each.id)));
      const activation: Activation = { ...form, id, name: form.name.trim() };
      store.saveActivation(connectionId, activation);
      return summarize(connectionId, activation);
    },

    /** @throws AppError IN_USE while a run of it is under way */
    remove(connectionId: string, id: string): void {
      const { name } = requireActivation(store, connectionId, id);
      const last = store.findLastRun(connectionId, id);
      if (last !== undefined && !hasEnded(last)) {
        throw new AppError({
          code: 'IN_USE',
          message: `A run of “${name}” is not over.`,
          help: 'Cancel the run first.',
          retry: 'after-fix',
        });
      }
      store.removeActivation(connectionId, id);
    },

    suggest(
      connectionId: string,
      audienceId: string,
      destinationId: string,
    ): { fields: FieldMapping[]; consent?: Consent } {
      const { model } = findDefinitions(store, connectionId);
      const { audience } = requireAudience(store, connectionId, audienceId);
      const destination = requireDestination(store, destinationId);
      return suggestFields(requireDestinationKind(kinds, destination.kind), audience, model);
    },

    abilities(connectionId: string): { state: boolean; why?: string } {
      const why = whyNoMirror(connectionId);
      return why === undefined ? { state: true } : { state: false, why };
    },

    /** The statement of the members who agreed, with the columns of the fields, for the instant it will count from. */
    prepareMembers(
      connectionId: string,
      { audience: audienceId, consent, fields }: Pick<ActivationForm, 'audience' | 'consent' | 'fields'>,
      options: MembersOptions = {},
    ): (asOf: Instant) => CompiledQuery {
      const { audience } = requireAudience(store, connectionId, audienceId);
      const request = { rule: withConsent(audience.rule, consent), columns: outputsOf(fields) };
      return members.prepareExport(connectionId, request, options);
    },

    /** {@link prepareMembers} of all customers. */
    prepareEverybody(
      connectionId: string,
      { consent, fields }: Pick<ActivationForm, 'consent' | 'fields'>,
      options: MembersOptions = {},
    ): (asOf: Instant) => CompiledQuery {
      const request = { rule: withConsent(EVERYBODY, consent), columns: outputsOf(fields) };
      return members.prepareExport(connectionId, request, options);
    },

    /** The first members with the mapped columns, personal ones masked by the warehouse. */
    async preview(connectionId: string, form: ActivationForm, options: ActOptions): Promise<Preview> {
      const { audience } = requireAudience(store, connectionId, form.audience);
      const columns = form.fields.flatMap(({ to, from }) =>
        from.kind === 'customer-id' ? [] : [{ ...from, as: to }],
      );
      const rule = withConsent(audience.rule, form.consent);
      const request = { rule, columns, unmasked: false, limit: PREVIEWED };
      return members.preview(connectionId, request, options);
    },
  };
}

/** The members of a rule who agreed: consent that is empty is none. */
function withConsent(rule: Rule, consent: Consent | undefined): Rule {
  if (consent === undefined) return rule;
  const agreed: Rule = {
    kind: 'condition',
    condition: { kind: 'attribute', ...consent, test: { op: 'is-true' } },
  };
  return { kind: 'all', rules: [rule, agreed] };
}

/** The saved activation. @throws AppError NOT_FOUND */
export function requireActivation(store: Store, connectionId: string, id: string): Activation {
  requireConnection(store, connectionId);
  const activation = store.findActivation(connectionId, id);
  if (activation === undefined) throw notFound(`The activation “${id}” does not exist.`);
  return activation;
}
