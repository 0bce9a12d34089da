import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { Activation, Consent, FieldMapping } from '../domain/activation.ts';
import { ActivationMode, Channel, Destination } from '../domain/destination.ts';
import { ChainedEntry, LedgerCheck } from '../domain/egress.ts';
import { FieldSpec, Secrets, Settings } from '../domain/field-spec.ts';
import { PiiKind } from '../domain/model.ts';
import { Problem } from '../domain/problem.ts';
import { DefinitionId } from '../domain/rule.ts';
import { ActivationRun, RejectedRow, Run, RunBatch } from '../domain/run.ts';
import {
  MOST_ROWS,
  Preview,
  SqlView,
  TestEvent,
  base,
  nothing,
  onConnection,
  withProgress,
} from './common.ts';

const onActivation = onConnection.extend({ activationId: DefinitionId });
/** A page of a run's batches or rows: those after a number or position. */
const runPage = z.object({
  runId: z.string(),
  after: z.number().int().default(0),
  limit: z.number().int().min(1).max(MOST_ROWS).default(MOST_ROWS),
});

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
  /** Activations that send there, and journeys with a step that does. */
  usedBy: z.array(
    z.object({
      kind: z.enum(['activation', 'journey']),
      connectionId: z.string(),
      id: z.string(),
      name: z.string(),
    }),
  ),
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

/** What is asked of destinations, activations, their runs and the egress ledger. */
export const activationContract = {
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
    /** @throws IN_USE naming the activations and journeys that send there */
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
};
