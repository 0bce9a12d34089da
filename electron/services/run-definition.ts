import { randomBytes } from 'node:crypto';
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
import { compileMappedFile, compileMappedRows } from '../sql/compile-mapped.ts';
import { nameRunTables } from '../sql/run-tables.ts';
import type { Activations } from './activations.ts';
import type { ServiceContext } from './context.ts';
import { requireDestination, requireDestinationKind } from './destinations.ts';
import { requireAudience, requireConnection, requireKind } from './find-definitions.ts';
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

/**
 * Fixes what a run of this activation does, by the definitions as they are now. Nothing is kept, nothing is sent.
 * @throws AppError NOT_FOUND, RULE_INVALID, SETTINGS_INVALID
 */
export function defineRun(
  context: ServiceContext,
  activations: Activations,
  connectionId: string,
  activation: Activation,
  { asOf, ...more }: Pick<ActivationRun, 'startedFrom' | 'retryOf'> & { readonly asOf: Instant },
): RunDefinition {
  const { store, warehouses, clock, user } = context;
  const connection = requireConnection(store, connectionId);
  const warehouse = requireKind(warehouses, connection.kind);
  const destination = requireDestination(store, activation.destination);
  const kind = requireDestinationKind(context.destinations, destination.kind);
  const { audience } = requireAudience(store, connectionId, activation.audience);
  const target = readSettingsForm(kind.target, { settings: activation.target, secrets: {} }, {}).settings;
  const schema = warehouse.stateSchema?.(connection.settings);
  const isPinned = schema !== undefined && kind.delivery.by === 'batches';
  const id = `r${Date.parse(clock()).toString(36)}${randomBytes(8).toString('hex')}`;
  const place = identifyPlace(kind, destination.id, destination.settings, target);
  const isFiles = kind.delivery.by === 'files';
  const members = activations.prepareMembers(connectionId, activation, { asText: !isFiles })(asOf);
  const query = isFiles
    ? compileMappedFile(members, activation.fields, warehouse.dialect)
    : compileMappedRows(members, activation.fields, !isPinned);
  const fields = activation.fields.map((field) => ({
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
      audienceId: audience.id,
      audienceName: audience.name,
      activationId: activation.id,
      activationName: activation.name,
      destinationId: destination.id,
      destinationLabel: destination.label,
      destinationKind: kind.kind,
      mode: activation.mode,
      startedBy: user,
      startedAt: clock(),
      status: 'running',
      asOf,
      sql: query.text,
      columns: activation.fields.map(({ to }) => to),
      recipeId,
      pin: isPinned ? 'table' : 'query',
      counts: { members: 0, adds: 0, removes: 0, unchanged: 0, taken: 0, rejected: 0, unknown: 0 },
      files: [],
      approved: [],
      ...more,
    },
    plan: {
      query: { ...query, columns: [...query.columns] },
      mode: activation.mode,
      settings: destination.settings,
      target,
      place,
      recipeId,
      fields,
      identifiers: prepareFields(fields, kind).flatMap(({ isIdentifier }, at) => (isIdentifier ? [at] : [])),
      limits: limitsOf(kind, destination.settings, target, activation),
      ...(isPinned ? { tables: nameRunTables(schema, { activation: activation.id, place, run: id }) } : {}),
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
  { mode }: Activation,
): RunPlan['limits'] {
  return delivery.by === 'files' ? NO_LIMITS : { ...delivery.limits(settings, target, mode) };
}
