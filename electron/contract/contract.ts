import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { Activation, Consent, FieldMapping } from '../domain/activation.ts';
import { Audience, OutputColumn } from '../domain/audience.ts';
import { RowCount, SchemaGap, TableMetadata, TableSize, TableSummary } from '../domain/catalog.ts';
import { FoundChange } from '../domain/catalog-change.ts';
import { AppErrorShape } from '../domain/app-error.ts';
import { ActivationMode, Channel, Destination } from '../domain/destination.ts';
import { ChainedEntry, LedgerCheck } from '../domain/egress.ts';
import { FieldSpec, Secrets, Settings } from '../domain/field-spec.ts';
import { Histogram } from '../domain/histogram.ts';
import { CustomerModel, PiiKind } from '../domain/model.ts';
import { GrantRequest, PermissionOutline, PermissionReport } from '../domain/permission.ts';
import { Problem } from '../domain/problem.ts';
import { Readiness } from '../domain/readiness.ts';
import { DefinitionId, Rule } from '../domain/rule.ts';
import { ActivationRun, ExportRun, FileFormat, RejectedRow, Run, RunBatch } from '../domain/run.ts';
import { TablePath } from '../domain/table-path.ts';
import { Connection } from '../domain/workspace.ts';

/** The most rows any reply holds. */
export const MOST_ROWS = 200;
/** The most sample members a preview shows. */
export const MOST_MEMBERS = 100;

/** All failures cross as one typed error whose data is the AppError's shape. */
const base = oc.errors({ APP_ERROR: { data: AppErrorShape } });
const onConnection = z.object({ connectionId: DefinitionId });
const onAudience = onConnection.extend({ audienceId: DefinitionId });
const onActivation = onConnection.extend({ activationId: DefinitionId });
/** A page of a run's batches or rows: those after a number or position. */
const runPage = z.object({
  runId: z.string(),
  after: z.number().int().default(0),
  limit: z.number().int().min(1).max(MOST_ROWS).default(MOST_ROWS),
});
const nothing = z.object({});

/** How far a long act is; the last event carries its result. */
const progress = z.object({
  kind: z.literal('progress'),
  text: z.string(),
  fraction: z.number().optional(),
  rows: z.number().optional(),
});
const withProgress = <T extends z.ZodType>(result: T) =>
  eventIterator(z.discriminatedUnion('kind', [progress, z.object({ kind: z.literal('done'), result })]));

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

const TestEvent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('step'),
    id: z.string(),
    label: z.string(),
    status: z.enum(['running', 'passed']),
    detail: z.string().optional(),
  }),
  z.object({ kind: z.literal('done') }),
]);
export type TestEvent = z.infer<typeof TestEvent>;

/** The exact statement that runs, with its bound values apart. */
export const SqlView = z.object({
  text: z.string(),
  values: z.array(
    z.object({ name: z.string(), type: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) }),
  ),
});
export type SqlView = z.infer<typeof SqlView>;

/** A field that a destination takes, with how its values are treated under the settings at hand. */
export const DestinationFieldView = z.object({
  key: z.string(),
  label: z.string(),
  pii: z.array(PiiKind),
  isIdentifier: z.boolean(),
  /** Such as `trim, lower case, SHA-256`. */
  recipe: z.string(),
});
export type DestinationFieldView = z.infer<typeof DestinationFieldView>;

/** A kind of destination: its forms, modes and fields. */
export const DestinationKindView = z.object({
  kind: z.string(),
  label: z.string(),
  description: z.string(),
  channel: Channel,
  /** Files are written as a whole; batches are sent by requests. */
  by: z.enum(['batches', 'files']),
  settings: z.array(FieldSpec),
  target: z.array(FieldSpec),
  modes: z.array(ActivationMode),
  fields: z.array(DestinationFieldView),
  /** Columns of any name may be added. */
  freeFields: z.boolean(),
  minimumSize: z.number().optional(),
});
export type DestinationKindView = z.infer<typeof DestinationKindView>;

/** A destination as pages see it: which secrets are stored, never their values. */
export const DestinationView = Destination.extend({
  kindLabel: z.string(),
  channel: Channel.optional(),
  storedSecrets: z.array(z.string()),
  /** Activations that send there. */
  usedBy: z.array(z.object({ connectionId: z.string(), id: z.string(), name: z.string() })),
});
export type DestinationView = z.infer<typeof DestinationView>;

/** A saved activation in lists. `problems` holds what keeps it from running and what to think about before. */
export const ActivationSummary = z.object({
  activation: Activation,
  audienceName: z.string(),
  destinationLabel: z.string(),
  destinationKind: z.string(),
  problems: z.array(Problem),
  lastRun: ActivationRun.optional(),
  /** When the schedule runs it next. */
  nextRun: z.string().optional(),
});
export type ActivationSummary = z.infer<typeof ActivationSummary>;

/** An activation as an editor holds it; without `id` it is a new one. */
const ActivationForm = Activation.partial({ id: true });
export type ActivationForm = z.infer<typeof ActivationForm>;

/** What a run would do, found out without any call to the destination. */
export const DryRun = z.object({
  asOf: z.string(),
  members: z.number(),
  /** Members without consent, who stay out. */
  withoutConsent: z.number(),
  adds: z.number(),
  removes: z.number(),
  unchanged: z.number(),
  /** Rows that cannot be sent, by reason; of the first `checked` rows where there are more. */
  rejected: z.array(z.object({ field: z.string().optional(), reason: z.string(), rows: z.number() })),
  checked: z.number(),
  batches: z.number(),
  problems: z.array(Problem),
  /** The first rows of the first batch as they would leave, values masked. */
  payload: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string().nullable())).max(20) }),
  sql: SqlView,
});
export type DryRun = z.infer<typeof DryRun>;

/** How far a run is: rows a second over the last seconds, and the seconds left at that rate. */
export const RunProgress = z.object({
  run: Run,
  text: z.string().optional(),
  handled: z.number(),
  total: z.number(),
  rowsPerSecond: z.number().optional(),
  secondsLeft: z.number().optional(),
});
export type RunProgress = z.infer<typeof RunProgress>;

/** Sample members: text cells ready to show, NULL as null. Personal columns are masked by the warehouse unless asked otherwise. */
export const Preview = z.object({
  columns: z.array(z.object({ name: z.string(), masked: z.boolean() })),
  rows: z.array(z.array(z.string().nullable())).max(MOST_MEMBERS),
  asOf: z.string(),
});
export type Preview = z.infer<typeof Preview>;

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
  destinations: {
    kinds: base.input(nothing).output(z.array(DestinationKindView)),
    /** Modes, fields and recipes of a kind under these settings and this target. */
    describe: base
      .input(z.object({ destinationId: DefinitionId, target: Settings }))
      .output(DestinationKindView),
    list: base.input(nothing).output(z.array(DestinationView)),
    /** Creates (without `id`) or changes a destination. Secrets left out keep their stored values. @throws SETTINGS_INVALID, NAME_TAKEN */
    save: base
      .input(
        z.object({
          id: DefinitionId.optional(),
          label: Destination.shape.label,
          kind: z.string(),
          settings: Settings,
          secrets: Secrets.default({}),
        }),
      )
      .output(DestinationView),
    /** @throws IN_USE naming the activations that send there */
    remove: base.input(z.object({ destinationId: DefinitionId })).output(nothing),
    /** Proves credentials and permissions step by step and changes nothing there; `destinationId` lends the stored secrets. */
    test: base
      .input(
        z.object({
          destinationId: DefinitionId.optional(),
          kind: z.string(),
          settings: Settings,
          secrets: Secrets.default({}),
        }),
      )
      .output(eventIterator(TestEvent)),
  },
  activations: {
    list: base.input(onConnection).output(z.array(ActivationSummary)),
    get: base.input(onActivation).output(ActivationSummary),
    /** Creates (without `id`) or changes an activation. Problems do not refuse it; they refuse its run. @throws NAME_TAKEN, NOT_FOUND */
    save: base.input(onConnection.extend({ form: ActivationForm })).output(ActivationSummary),
    remove: base.input(onActivation).output(nothing),
    /** Fields that fit by the kinds of personal data and the types of the model's attributes, and the attribute that holds consent. */
    suggest: base
      .input(onConnection.extend({ audienceId: DefinitionId, destinationId: DefinitionId, target: Settings }))
      .output(z.object({ fields: z.array(FieldMapping), consent: Consent.optional() })),
    /** What keeps this form from running, and what to think about before it does; paths begin with its keys. No query. */
    check: base
      .input(onConnection.extend({ form: ActivationForm }))
      .output(z.object({ problems: z.array(Problem) })),
    /** The first members with the mapped fields as the warehouse has them, masked. */
    preview: base.input(onConnection.extend({ form: ActivationForm })).output(Preview),
    /** Whether mirror can be offered, and why not. */
    abilities: base.input(onConnection).output(z.object({ state: z.boolean(), why: z.string().optional() })),
    dryRun: base.input(onConnection.extend({ form: ActivationForm })).output(withProgress(DryRun)),
    /** Starts a run, which goes on in the engine; `runs.progress` follows it. @throws IN_USE where one is under way, RULE_INVALID */
    run: base.input(onActivation).output(ActivationRun),
    /** Goes on with an interrupted or failed run at the batch where it stopped. */
    resume: base.input(z.object({ runId: z.string() })).output(ActivationRun),
    /** Lets a paused run pass the guard it stopped at. */
    approve: base.input(z.object({ runId: z.string() })).output(ActivationRun),
    /** Ends a run once the batches under way are answered; what was taken stays. Also gives up one that is paused or interrupted. */
    cancel: base.input(z.object({ runId: z.string() })).output(ActivationRun),
    /** Starts a run of the rows that this run rejected, as the warehouse has them now. */
    retryRejected: base.input(z.object({ runId: z.string() })).output(ActivationRun),
  },
  ledger: {
    list: base
      .input(z.object({ before: z.number().int().optional(), limit: z.number().int().min(1).max(MOST_ROWS) }))
      .output(z.array(ChainedEntry)),
    verify: base.input(nothing).output(LedgerCheck),
    /** Writes all entries, one JSON value a line, to an absolute path that the person chose. @throws TARGET_UNWRITABLE */
    export: base
      .input(z.object({ path: z.string().min(1), overwrite: z.boolean().default(false) }))
      .output(z.object({ entries: z.number() })),
  },
  runs: {
    list: base
      .input(z.object({ limit: z.number().int().min(1).max(MOST_ROWS).default(MOST_ROWS) }))
      .output(z.array(Run)),
    get: base.input(z.object({ id: z.string() })).output(Run),
    /** Asked again and again while a run goes on. */
    progress: base.input(z.object({ id: z.string() })).output(RunProgress),
    batches: base.input(runPage).output(z.array(RunBatch)),
    /** Rejected rows by their position, and how many there are by reason. */
    rejected: base.input(runPage).output(
      z.object({
        rows: z.array(RejectedRow),
        reasons: z.array(z.object({ field: z.string().optional(), reason: z.string(), rows: z.number() })),
      }),
    ),
  },
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
