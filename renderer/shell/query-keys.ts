import type { Settings } from '../../electron/domain/field-spec.ts';
import type { TablePath } from '../../electron/domain/table-path.ts';

/**
 * The keys of everything the engine owns. A shorter key is a prefix of the longer ones:
 * invalidating `catalog(id)` renews all that was read of that connection's catalog.
 */
export const queryKeys = {
  status: () => ['status'] as const,
  kinds: () => ['kinds'] as const,
  connections: () => ['connections'] as const,
  catalog: (connectionId: string) => ['catalog', connectionId] as const,
  schemas: (connectionId: string) => ['catalog', connectionId, 'schemas'] as const,
  tables: (connectionId: string, catalog: string, schema: string) =>
    ['catalog', connectionId, 'tables', catalog, schema] as const,
  search: (connectionId: string, text: string) => ['catalog', connectionId, 'search', text] as const,
  table: (connectionId: string, path: TablePath) =>
    ['catalog', connectionId, 'table', path.catalog, path.schema, path.table] as const,
  changes: (connectionId: string) => ['catalog', connectionId, 'changes'] as const,
  permissions: (connectionId: string) => ['permissions', connectionId] as const,
  model: (connectionId: string) => ['model', connectionId] as const,
  audiences: (connectionId: string) => ['audiences', connectionId] as const,
  audience: (connectionId: string, audienceId: string) => ['audiences', connectionId, audienceId] as const,
  /** All that is read of destinations. */
  allDestinations: () => ['destinations'] as const,
  destinationKinds: () => ['destinations', 'kinds'] as const,
  destinations: () => ['destinations', 'list'] as const,
  /** Modes, fields and recipes under a target. */
  describedDestination: (destinationId: string, target: Settings) =>
    ['destinations', 'described', destinationId, target] as const,
  /** The activations of every connection. */
  allActivations: () => ['activations'] as const,
  activations: (connectionId: string) => ['activations', connectionId] as const,
  /** Whether the connection can hold the state that mirroring needs. */
  abilities: (connectionId: string) => ['abilities', connectionId] as const,
  /** What is wrong with an activation as it is edited; a key below it holds the form. */
  activationCheck: (connectionId: string) => ['activation-check', connectionId] as const,
  /** What is asked of the warehouse's rows: sizes, members, statements. A key below it holds the rules asked about. */
  counts: (connectionId: string) => ['counts', connectionId] as const,
  journeys: (connectionId: string) => ['journeys', connectionId] as const,
  /** What is wrong with a journey as it is edited; a key below it holds the form. */
  journeyCheck: (connectionId: string) => ['journey-check', connectionId] as const,
  /** Not below `journeys`: what reads it renews `journeys` as a tick changes its status. */
  journeyProgress: (connectionId: string, journeyId: string) =>
    ['journey-progress', connectionId, journeyId] as const,
  journeyResults: (connectionId: string, journeyId: string) =>
    ['journey-results', connectionId, journeyId] as const,
  journeyTicks: (connectionId: string, journeyId: string) =>
    ['journey-ticks', connectionId, journeyId] as const,
  /** The definition of a Profile API, and its keys. */
  profileApi: (connectionId: string) => ['profile-api', connectionId] as const,
  /** What is wrong with a Profile API as it is edited; a key below it holds the form. */
  profileApiCheck: (connectionId: string) => ['profile-api-check', connectionId] as const,
  /** Whether a Profile API listens, and how requests go. */
  profileApiState: (connectionId: string) => ['profile-api-state', connectionId] as const,
  profileReads: (connectionId: string) => ['profile-reads', connectionId] as const,
  runs: () => ['runs'] as const,
  newestRuns: () => ['runs', 'newest'] as const,
  run: (runId: string) => ['runs', runId] as const,
  batches: (runId: string) => ['runs', runId, 'batches'] as const,
  rejected: (runId: string) => ['runs', runId, 'rejected'] as const,
  /** Not below `runs`: what reads it renews `runs` once the run has stopped. */
  progress: (runId: string) => ['progress', runId] as const,
  ledger: () => ['ledger'] as const,
};
