import type { Activation } from '../domain/activation.ts';
import type { Audience } from '../domain/audience.ts';
import type { CatalogChange } from '../domain/catalog-change.ts';
import type { SchemaGap, TableMetadata, TableSummary } from '../domain/catalog.ts';
import type { Destination } from '../domain/destination.ts';
import type { ChainedEntry, EgressEntry, LedgerCheck } from '../domain/egress.ts';
import type { Journey } from '../domain/journey.ts';
import type { CustomerModel } from '../domain/model.ts';
import type { ProfileApi, ReadCount } from '../domain/profile-api.ts';
import type { FieldRecipe } from '../domain/recipe.ts';
import type { ActivationRun, RejectedRow, Run, RunBatch } from '../domain/run.ts';
import type { TablePath } from '../domain/table-path.ts';
import type { Tick } from '../domain/tick.ts';
import type { Connection, Workspace } from '../domain/workspace.ts';

/** A saved audience with when it was last changed. */
export interface StoredAudience {
  readonly audience: Audience;
  readonly updatedAt: string;
}

/** A change of the catalog as it is kept; `broke` once it broke a definition. */
export interface StoredChange {
  readonly id: number;
  readonly foundAt: string;
  readonly change: CatalogChange;
  readonly broke: boolean;
}

/** One page of tables in the order of their names; `after` is the name of the last table of the page before. */
export interface TablePage {
  readonly catalog: string;
  readonly schema: string;
  readonly after?: string;
  readonly limit: number;
}

/** The local store: definitions, metadata, counts and ledgers. Never a customer's row. */
export interface Store {
  /** What happened when it was opened, for people: a corrupt file that was kept aside, by its new path. */
  readonly notices: readonly string[];

  listConnections(): Connection[];
  findConnection(id: string): Connection | undefined;
  saveConnection(connection: Connection): void;
  /** Removes the connection with its model, audiences and metadata; its runs stay. */
  removeConnection(id: string): void;

  findModel(connectionId: string): CustomerModel | undefined;
  /** Whether there is a model, without reading it. */
  hasModel(connectionId: string): boolean;
  saveModel(connectionId: string, model: CustomerModel): void;

  listAudiences(connectionId: string): StoredAudience[];
  /** How many audiences there are, without reading them. */
  countAudiences(connectionId: string): number;
  findAudience(connectionId: string, id: string): StoredAudience | undefined;
  saveAudience(connectionId: string, audience: Audience, updatedAt: string): void;
  removeAudience(connectionId: string, id: string): void;

  /**
   * Replaces all metadata of a connection, as read at `asOf`. Written in pieces so that other calls are answered meanwhile, and seen
   * all at once at the end; when `tables` throws, the old metadata stays. `gaps` is looked at once all tables are read. What changed since
   * the reading before is kept. @returns how much was written, and how many changes were found.
   */
  replaceTables(
    connectionId: string,
    tables: AsyncIterable<TableMetadata> | Iterable<TableMetadata>,
    asOf: string,
    gaps?: readonly SchemaGap[],
  ): Promise<{ tables: number; columns: number; changes: number }>;
  /** Adds or changes one table of a catalog that was read before. */
  saveTable(connectionId: string, table: TableMetadata): void;
  findTable(connectionId: string, path: TablePath): TableMetadata | undefined;
  listSchemas(connectionId: string): { catalog: string; schema: string; tables: number }[];
  listTables(connectionId: string, page: TablePage): TableSummary[];
  /** Tables whose name, column names or comments start a word with each word of `text`; names first. */
  searchTables(connectionId: string, text: string, limit: number): TableSummary[];
  /** Catalogs and schemas of which the last reading got no table. */
  listGaps(connectionId: string): SchemaGap[];
  /** What changed between readings and was neither mended nor dismissed, the latest first. */
  listChanges(connectionId: string): StoredChange[];
  /** Remembers that these changes broke a definition. */
  markBreaking(connectionId: string, ids: readonly number[]): void;
  dropChanges(connectionId: string, ids: readonly number[]): void;
  /** When the metadata was read, or undefined when it never was. */
  catalogAsOf(connectionId: string): string | undefined;

  listDestinations(): Destination[];
  findDestination(id: string): Destination | undefined;
  saveDestination(destination: Destination): void;
  removeDestination(id: string): void;

  listActivations(connectionId: string): Activation[];
  findActivation(connectionId: string, id: string): Activation | undefined;
  saveActivation(connectionId: string, activation: Activation): void;
  removeActivation(connectionId: string, id: string): void;

  listJourneys(connectionId: string): Journey[];
  findJourney(connectionId: string, id: string): Journey | undefined;
  saveJourney(connectionId: string, journey: Journey): void;
  /** Removes the journey; its ticks stay. */
  removeJourney(connectionId: string, id: string): void;

  findProfileApi(connectionId: string): ProfileApi | undefined;
  saveProfileApi(connectionId: string, profileApi: ProfileApi): void;
  /** Adds counts of reads to those of the same key and minute. */
  addProfileReads(connectionId: string, counts: readonly ReadCount[]): void;
  /** Counts of reads, the newest first. */
  listProfileReads(connectionId: string, limit: number): ReadCount[];

  /** Adds or changes a tick, by its number in its journey. */
  saveTick(tick: Tick): void;
  /** Gives a tick another number. */
  moveTick(tick: Tick, number: number): void;
  findLastTick(connectionId: string, journeyId: string): Tick | undefined;
  /** Ticks of a journey before a number (all where it is absent), the newest first. */
  listTicks(connectionId: string, journeyId: string, before: number | undefined, limit: number): Tick[];
  /** Ticks that are `running`: in a store that was just opened, those that a crash left behind. */
  listUnfinishedTicks(): Tick[];

  /** Keeps recipes under an id that is made of them: what was sent once can be removed by the same. */
  saveRecipes(id: string, recipes: readonly FieldRecipe[]): void;
  findRecipes(id: string): FieldRecipe[] | undefined;
  /** Remembers that rows were added by these recipes under a key that names where: connection, destination and target. */
  noteRecipesUsed(place: string, recipesId: string): void;
  listRecipesUsed(place: string): string[];

  /** Adds or changes a batch of a run. */
  saveBatch(runId: string, batch: RunBatch): void;
  /** Batches of a run after a number, in their order. */
  listBatches(runId: string, after: number, limit: number): RunBatch[];
  /** All batches of a run in one of these states, in their order. */
  listBatchesIn(runId: string, statuses: readonly RunBatch['status'][]): RunBatch[];
  /** Keeps rejected rows; a row that is there already stays as it is. @returns how many were not there */
  saveRejected(runId: string, rows: readonly RejectedRow[]): number;
  listRejected(runId: string, after: number, limit: number): RejectedRow[];
  /** How many rows were rejected, by field and reason, the most frequent first. */
  countRejected(runId: string): { field?: string; reason: string; rows: number }[];
  /** What a delivery keeps between batches and over a crash: ids of the vendor's things, as JSON. */
  saveRunState(runId: string, state: Readonly<Record<string, unknown>>): void;
  findRunState(runId: string): Readonly<Record<string, unknown>> | undefined;
  /** The newest run of an activation that is not a retry of rejected rows; of these statuses, or of any where none is given. */
  findLastRun(
    connectionId: string,
    activationId: string,
    ...statuses: ActivationRun['status'][]
  ): ActivationRun | undefined;
  /** Runs of an activation in one of these states, the newest first. */
  listRunsOf(
    connectionId: string,
    activationId: string,
    statuses: readonly ActivationRun['status'][],
    limit: number,
  ): ActivationRun[];

  /** Appends to the egress ledger, durably before it returns. */
  appendEgress(entry: EgressEntry): void;
  /** Entries after a position, in their order. */
  listEgress(after: number, limit: number): ChainedEntry[];
  /** The newest entries before a position (of all where it is absent), the newest first. */
  listEgressBefore(before: number | undefined, limit: number): ChainedEntry[];
  /** Looks through all entries in their order: whether positions count up from 1, each follows the one before, and its digest fits its text. */
  verifyEgress(): LedgerCheck;

  saveRun(run: Run): void;
  findRun(id: string): Run | undefined;
  /** Runs, the newest first. */
  listRuns(limit: number): Run[];
  /** Runs that are `running`, the oldest first: in a store that was just opened, those that a crash left behind. */
  listUnfinishedRuns(): Run[];

  /** All definitions as one workspace. */
  exportWorkspace(): Workspace;
  /** Replaces all definitions in one transaction; runs stay. */
  importWorkspace(workspace: Workspace, updatedAt: string): void;

  close(): void;
}
