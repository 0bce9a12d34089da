import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { Audience, OutputColumn } from '../domain/audience.ts';
import { RowCount, SchemaGap, TableMetadata, TableSize, TableSummary } from '../domain/catalog.ts';
import { FoundChange } from '../domain/catalog-change.ts';
import { FieldSpec, Secrets, Settings } from '../domain/field-spec.ts';
import { Histogram } from '../domain/histogram.ts';
import { CustomerModel } from '../domain/model.ts';
import { GrantRequest, PermissionOutline, PermissionReport } from '../domain/permission.ts';
import { Problem } from '../domain/problem.ts';
import { Readiness } from '../domain/readiness.ts';
import { DefinitionId, Rule } from '../domain/rule.ts';
import { ExportRun, FileFormat } from '../domain/run.ts';
import { TablePath } from '../domain/table-path.ts';
import { Connection } from '../domain/workspace.ts';
import { activationContract } from './activation.ts';
import { journeyContract } from './journeys.ts';
import { profileContract } from './profiles.ts';
import {
  MOST_MEMBERS,
  MOST_ROWS,
  Preview,
  SqlView,
  TestEvent,
  base,
  nothing,
  onConnection,
  withProgress,
} from './common.ts';

export type {
  ActivationForm,
  ActivationSummary,
  DestinationFieldView,
  DestinationKindView,
  DestinationView,
  DryRun,
  RunProgress,
} from './activation.ts';
export type {
  CustomerProfile,
  PartView,
  ProfileApiForm,
  ProfileApiState,
  ProfileApiView,
  ProfileStoreView,
} from './profiles.ts';
export type { JourneyCounts, JourneyResults, JourneySummary, TickProgress, Trace } from './journeys.ts';
export { MOST_ROWS, type Preview, type SqlView, type TestEvent } from './common.ts';

const onAudience = onConnection.extend({ audienceId: DefinitionId });

/** A connection as pages see it: which secrets are stored, never their values. */
export const ConnectionView = Connection.extend({
  kindLabel: z.string(),
  storedSecrets: z.array(z.string()),
  hasModel: z.boolean(),
  audiences: z.number(),
  catalogAsOf: z.string().optional(),
});
export type ConnectionView = z.infer<typeof ConnectionView>;

export const WarehouseKindView = z.object({
  kind: z.string(),
  label: z.string(),
  description: z.string(),
  settings: z.array(FieldSpec),
});
export type WarehouseKindView = z.infer<typeof WarehouseKindView>;

/** A saved audience in lists. `problem` says why it cannot run as it is. */
export const AudienceSummary = z.object({
  audience: Audience,
  updatedAt: z.string(),
  description: z.string(),
  problems: z.array(Problem),
  usedBy: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type AudienceSummary = z.infer<typeof AudienceSummary>;

export const contract = {
  app: {
    /** Version, where definitions are kept, and anything the person must know (no keychain, a corrupt store kept aside). */
    status: base.input(nothing).output(
      z.object({
        version: z.string(),
        home: z.string(),
        keychain: z.enum(['os', 'session']),
        notices: z.array(z.string()),
      }),
    ),
  },
  connections: {
    kinds: base.input(nothing).output(z.array(WarehouseKindView)),
    list: base.input(nothing).output(z.array(ConnectionView)),
    /** Creates (without `id`) or changes a connection. Secrets left out keep their stored values. */
    save: base
      .input(
        z.object({
          id: DefinitionId.optional(),
          label: z.string().trim().min(1).max(120),
          kind: z.string(),
          settings: Settings,
          secrets: Secrets.default({}),
        }),
      )
      .output(ConnectionView),
    remove: base.input(onConnection).output(nothing),
    /** Walks the test's named steps with the given settings; `connectionId` lends the stored secrets. Nothing is saved. */
    test: base
      .input(
        z.object({
          connectionId: DefinitionId.optional(),
          kind: z.string(),
          settings: Settings,
          secrets: Secrets.default({}),
        }),
      )
      .output(eventIterator(TestEvent)),
    /** Adds the sample lakehouse with its ready model and the seed's audiences left to compose; returns the one there is when it exists. */
    addSample: base.input(nothing).output(ConnectionView),
  },
  catalog: {
    /** Reads all metadata anew. Cancelled or failed, the old metadata stays. */
    refresh: base
      .input(onConnection)
      .output(withProgress(z.object({ tables: z.number(), columns: z.number(), changes: z.number() }))),
    schemas: base.input(onConnection).output(
      z.object({
        asOf: z.string().optional(),
        schemas: z.array(z.object({ catalog: z.string(), schema: z.string(), tables: z.number() })),
        gaps: z.array(SchemaGap),
        sizes: z.boolean(),
      }),
    ),
    /** What changed between readings, first what breaks something; kept until mended or dismissed. */
    changes: base
      .input(onConnection)
      .output(z.object({ found: z.array(FoundChange).max(MOST_ROWS), total: z.number() })),
    /** Without ids, all changes. */
    dismissChanges: base
      .input(onConnection.extend({ ids: z.array(z.number().int()).optional() }))
      .output(nothing),
    tables: base
      .input(
        onConnection.extend({
          catalog: z.string(),
          schema: z.string(),
          after: z.string().optional(),
          limit: z.number().int().min(1).max(MOST_ROWS).default(MOST_ROWS),
        }),
      )
      .output(z.array(TableSummary)),
    search: base
      .input(
        onConnection.extend({
          text: z.string().max(200),
          limit: z.number().int().min(1).max(MOST_ROWS).default(50),
        }),
      )
      .output(z.array(TableSummary)),
    table: base.input(onConnection.extend({ path: TablePath })).output(TableMetadata),
    countRows: base.input(onConnection.extend({ path: TablePath })).output(RowCount),
    /** From the table's own metadata, where `sizes` says so. */
    readSize: base.input(onConnection.extend({ path: TablePath })).output(TableSize),
  },
  permissions: {
    /** Whether there is anything to grant, and what the model reads. */
    outline: base.input(onConnection).output(PermissionOutline),
    /** The script for the administrator; the app never runs it. */
    script: base.input(onConnection.extend({ request: GrantRequest })).output(z.object({ text: z.string() })),
    /** Writes the script to an absolute path that the person chose. @throws TARGET_UNWRITABLE */
    saveScript: base
      .input(onConnection.extend({ request: GrantRequest, path: z.string().min(1) }))
      .output(nothing),
    /** What a principal holds of its needs; without one, the account that the connection signs in with. Writes nothing. */
    check: base
      .input(onConnection.extend({ request: GrantRequest.partial({ principal: true }) }))
      .output(withProgress(PermissionReport)),
  },
  model: {
    get: base
      .input(onConnection)
      .output(z.object({ model: CustomerModel.nullable(), problems: z.array(Problem) })),
    /** Saves the model; problems are returned, errors refuse it. */
    save: base
      .input(onConnection.extend({ model: CustomerModel }))
      .output(z.object({ problems: z.array(Problem) })),
    /** A first model from the metadata: the customer table by its names and keys, related tables by a shared key. */
    suggest: base
      .input(onConnection.extend({ table: TablePath, idColumn: z.string() }))
      .output(CustomerModel),
    readiness: base.input(onConnection).output(Readiness),
    /** The view an IT team would create so that the customer table carries `customer_id`. */
    viewSql: base.input(onConnection).output(z.object({ sql: z.string() })),
  },
  audiences: {
    list: base.input(onConnection).output(z.array(AudienceSummary)),
    get: base.input(onAudience).output(AudienceSummary),
    /** Creates (without `id`) or changes an audience. @throws NAME_TAKEN, RULE_INVALID, AUDIENCE_CYCLE */
    save: base
      .input(
        onConnection.extend({
          id: DefinitionId.optional(),
          name: Audience.shape.name,
          description: Audience.shape.description,
          rule: Rule,
          columns: z.array(OutputColumn),
        }),
      )
      .output(AudienceSummary),
    duplicate: base.input(onAudience).output(AudienceSummary),
    rename: base.input(onAudience.extend({ name: Audience.shape.name })).output(AudienceSummary),
    /** @throws IN_USE naming the audiences that refer to it. */
    remove: base.input(onAudience).output(nothing),
    /** One query: how many customers meet which of the rules' conditions. The conditions are those of `composeRules(rules)`, in its order. */
    histogram: base.input(onConnection.extend({ rules: z.array(Rule).min(1) })).output(Histogram),
    preview: base
      .input(
        onConnection.extend({
          rule: Rule,
          columns: z.array(OutputColumn),
          unmasked: z.boolean().default(false),
          limit: z.number().int().min(1).max(MOST_MEMBERS).default(MOST_MEMBERS),
        }),
      )
      .output(Preview),
    /** The exact statement an export of this rule runs. */
    sql: base.input(onConnection.extend({ rule: Rule, columns: z.array(OutputColumn) })).output(SqlView),
    /** Values that occur often in a column, for suggestions; never of a column marked as personal. */
    columnValues: base
      .input(onConnection.extend({ entity: DefinitionId, column: z.string() }))
      .output(z.array(z.string()).max(MOST_ROWS)),
  },
  exports: {
    /** Writes the audience to a file, atomically, and its run to the ledger. An aborted call cancels it and leaves nothing behind. */
    run: base
      .input(
        onAudience.extend({
          path: z.string().min(1),
          format: FileFormat,
          columns: z.array(OutputColumn),
          overwrite: z.boolean().default(false),
        }),
      )
      .output(withProgress(ExportRun)),
  },
  ...activationContract,
  ...journeyContract,
  ...profileContract,
  workspace: {
    /** The workspace file's text (YAML). */
    export: base.input(nothing).output(z.object({ text: z.string() })),
    /** Checks the text and, unless `checkOnly`, replaces all definitions by it. @throws WORKSPACE_INVALID with line and path. */
    import: base
      .input(z.object({ text: z.string(), checkOnly: z.boolean().default(false) }))
      .output(z.object({ connections: z.number(), audiences: z.number(), problems: z.array(Problem) })),
  },
};
export type Contract = typeof contract;
