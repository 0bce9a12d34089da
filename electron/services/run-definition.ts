import { hash as digestOf, randomBytes } from 'node:crypto';
import {
  type RunPlan,
  identifyPlace,
  identifyRecipes,
  prepareFields,
  recipeOf,
} from '../activation/run-plan.ts';
import type { DestinationKind } from '../destinations/destination.ts';
import type { Activation } from '../domain/activation.ts';
import type { Destination } from '../domain/destination.ts';
import type { Instant } from '../domain/duration.ts';
import type { Settings } from '../domain/field-spec.ts';
import type { ActivationRun } from '../domain/run.ts';
import type { CompiledQuery } from '../sql/index.ts';
import { compileMappedFile, compileMappedRows } from '../sql/compile-mapped.ts';
import { nameRunTables } from '../sql/run-tables.ts';
import type { Activations } from './activations.ts';
import type { ServiceContext } from './context.ts';
import { requireDestination, requireDestinationKind } from './destinations.ts';
import { findStateSchemaOf, requireAudience, requireConnection, requireKind } from './find-definitions.ts';
import { readSettingsForm } from './settings-form.ts';

/** An activation as it would run now: what its run keeps, and how it is carried out. */
export interface RunDefinition {
  readonly kind: DestinationKind;
  readonly destination: Destination;
  readonly run: ActivationRun;
  readonly plan: RunPlan;
}

/** Limits of a place for files: its rows are never cut. */
const NO_LIMITS = { rows: 1_000_000_000, bytes: 1e15, rowOverhead: 0, concurrency: 1 };

/** Who is sent where, by an activation or by a step of a journey. */
export interface RunSubject extends Pick<
  Activation,
  'id' | 'name' | 'destination' | 'mode' | 'fields' | 'target'
> {
  readonly audience: { readonly id: string; readonly name: string };
  /** The statement of its members with the columns of the fields, as text where they are sent in batches. */
  readonly members: (asOf: Instant, asText: boolean) => CompiledQuery;
}

/** The subject that an activation is. @throws AppError NOT_FOUND, RULE_INVALID */
export function subjectOf(
  { store }: ServiceContext,
  activations: Activations,
  connectionId: string,
  activation: Activation,
): RunSubject {
  const { audience } = requireAudience(store, connectionId, activation.audience);
  return {
    ...activation,
    audience,
    members: (asOf, asText) => activations.prepareMembers(connectionId, activation, { asText })(asOf),
  };
}

/** What else is known of a run before it begins; it gets an id of its own unless one is given. */
type RunBeginning = Pick<ActivationRun, 'startedFrom' | 'retryOf' | 'journey'> & {
  readonly asOf: Instant;
  readonly id?: string;
};

/**
 * Fixes what a run does, by the definitions as they are now. Nothing is kept, nothing is sent.
 * @throws AppError NOT_FOUND, RULE_INVALID, SETTINGS_INVALID
 */
export function defineRun(
  context: ServiceContext,
  connectionId: string,
  subject: RunSubject,
  { asOf, id = newRunId(context.clock()), ...more }: RunBeginning,
): RunDefinition {
  const { store, warehouses, clock, user } = context;
  const connection = requireConnection(store, connectionId);
  const warehouse = requireKind(warehouses, connection.kind);
  const destination = requireDestination(store, subject.destination);
  const kind = requireDestinationKind(context.destinations, destination.kind);
  const target = readSettingsForm(kind.target, { settings: subject.target, secrets: {} }, {}).settings;
  const schema = findStateSchemaOf(context, connectionId);
  const isPinned = schema !== undefined && kind.delivery.by === 'batches';
  const place = identifyPlace(kind, destination.id, destination.settings, target);
  const isFiles = kind.delivery.by === 'files';
  const members = subject.members(asOf, !isFiles);
  const query = isFiles
    ? compileMappedFile(members, subject.fields, warehouse.dialect)
    : compileMappedRows(members, subject.fields, !isPinned);
  const fields = subject.fields.map((field) => ({
    field: field.to,
    recipe: recipeOf(field, kind, destination.settings, target),
  }));
  const recipeId = identifyRecipes(fields);
  return {
    kind,
    destination,
    run: {
      id,
      kind: 'activation',
      connectionId,
      audienceId: subject.audience.id,
      audienceName: subject.audience.name,
      activationId: subject.id,
      activationName: subject.name,
      destinationId: destination.id,
      destinationLabel: destination.label,
      destinationKind: kind.kind,
      mode: subject.mode,
      startedBy: user,
      startedAt: clock(),
      status: 'running',
      asOf,
      sql: query.text,
      columns: subject.fields.map(({ to }) => to),
      recipeId,
      pin: isPinned ? 'table' : 'query',
      counts: { members: 0, adds: 0, removes: 0, unchanged: 0, taken: 0, rejected: 0, unknown: 0 },
      files: [],
      approved: [],
      ...more,
    },
    plan: {
      query: { ...query, columns: [...query.columns] },
      mode: subject.mode,
      settings: destination.settings,
      target,
      place,
      recipeId,
      fields,
      identifiers: prepareFields(fields, kind).flatMap(({ isIdentifier }, at) => (isIdentifier ? [at] : [])),
      limits: limitsOf(kind, destination.settings, target, subject),
      ...(isPinned
        ? { tables: nameRunTables(schema, { activation: tableWord(subject.id), place, run: id }) }
        : {}),
      phase: 'pinning',
      groups: [],
      deliveries: {},
    },
  };
}

function limitsOf(
  { delivery }: DestinationKind,
  settings: Settings,
  target: Settings,
  { mode }: Pick<Activation, 'mode'>,
): RunPlan['limits'] {
  return delivery.by === 'files' ? NO_LIMITS : { ...delivery.limits(settings, target, mode) };
}

/** An id as tables are named by it. Ids of steps have dots, and words of their own are not told apart without them. */
function tableWord(id: string): string {
  return id.includes('.') ? `step-${digestOf('sha256', id).slice(0, 16)}` : id;
}

function newRunId(now: Instant): string {
  return `r${Date.parse(now).toString(36)}${randomBytes(8).toString('hex')}`;
}
