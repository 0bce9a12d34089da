import { checkChange } from '../activation/guards.ts';
import type { Pace } from '../activation/pace.ts';
import { runActivation } from '../activation/run-activation.ts';
import { runFiles } from '../activation/run-files.ts';
import { RunJournal } from '../activation/run-journal.ts';
import { type PlannedGroup, RunPlan } from '../activation/run-plan.ts';
import { settleRun } from '../activation/settle-run.ts';
import { Guards } from '../domain/activation.ts';
import { findPublishedStep } from '../domain/journey.ts';
import { describeRecipe } from '../domain/recipe.ts';
import type { ActivationRun, RunBatch } from '../domain/run.ts';
import type { ServiceContext } from './context.ts';
import { destinationOwner, requireDestinationKind } from './destinations.ts';
import type { ReadyModel } from './model-runner.ts';
import { readStoredSecrets } from './stored-secrets.ts';

/** The guards of what is not there any more. */
const DEFAULTS: Guards = Guards.parse({});
/** Failed runs that were never resumed are settled so many at a time. */
const MOST_FAILED = 50;

/** A run to carry out, as it is in the store. */
export interface RunToCarryOut {
  readonly run: ActivationRun;
  readonly plan: RunPlan;
  readonly pace: Pace;
  /** An absolute folder for files on their way to another computer. */
  readonly folder: string;
  /** A person cancels. */
  readonly stopping: AbortSignal;
  readonly onRun: (run: ActivationRun) => void;
}

/** Carries out a run on an open warehouse, with the secrets and guards as they are now. @throws AppError KEYCHAIN_UNAVAILABLE, NOT_FOUND */
export async function carryOutRun(
  context: ServiceContext,
  ready: ReadyModel,
  { folder, ...given }: RunToCarryOut,
): Promise<ActivationRun> {
  const { store, clock, destinations } = context;
  const { run, plan } = given;
  const { warehouse, dialect } = ready;
  const kind = requireDestinationKind(destinations, run.destinationKind);
  const owner = destinationOwner(run.destinationId);
  const secrets = await readStoredSecrets(context.secrets, kind.settings, owner);
  const guards = findGuards(store, run);
  // The members of one tick say nothing of those of the next.
  const membersBefore =
    run.journey === undefined ? findMembersBefore(store, run.connectionId, run.activationId) : undefined;
  const options = { ...ready.options, tags: { run: run.id, activation: run.activationId } };
  const shared = { ...given, store, clock, warehouse, secrets, options };
  const { delivery } = kind;
  if (delivery.by === 'batches') {
    if (plan.phase === 'pinning') await settleFailed(context, { ...ready, options }, run);
    return runActivation({ ...shared, dialect, kind, delivery, guards, membersBefore });
  }
  return runFiles({
    ...shared,
    delivery,
    folder,
    recipes: plan.fields.map(({ recipe }) => describeRecipe(recipe)),
    guard: (members) => checkChange(members, membersBefore, guards, run),
  });
}

/** The guards as they are now: those of the activation, or of the published step. */
function findGuards(
  store: ServiceContext['store'],
  { connectionId, activationId, journey }: ActivationRun,
): Guards {
  if (journey === undefined) return store.findActivation(connectionId, activationId)?.guards ?? DEFAULTS;
  const published = store.findJourney(connectionId, journey.id);
  const step =
    published === undefined ? undefined : findPublishedStep(published, journey.version, journey.step);
  return (step?.kind === 'activate' ? step.activation?.guards : undefined) ?? DEFAULTS;
}

/** What failed runs of this activation had taken counts as synced before the next is compared with it; they cannot be resumed then. */
async function settleFailed(
  { store, clock }: ServiceContext,
  { warehouse, dialect, options }: ReadyModel,
  run: ActivationRun,
): Promise<void> {
  for (const failed of store.listRunsOf(run.connectionId, run.activationId, ['failed'], MOST_FAILED)) {
    const parsed = RunPlan.safeParse(store.findRunState(failed.id));
    if (!parsed.success || parsed.data.phase === 'done') continue;
    const plan = parsed.data;
    const journal = new RunJournal({ store, clock, run: failed, groups: plan.groups });
    const batchesOf = (group: PlannedGroup): RunBatch[] => journal.batchesOf(group);
    await settleRun({ store, warehouse, dialect, runId: failed.id, plan, batchesOf, options });
    store.saveRunState(failed.id, { ...plan, phase: 'done' });
  }
}

/** How many members the last run of an activation had that ended and was no retry; undefined where there was none. */
export function findMembersBefore(
  store: ServiceContext['store'],
  connectionId: string,
  activationId: string,
): number | undefined {
  return store.findLastRun(connectionId, activationId, 'succeeded', 'incomplete')?.counts.members;
}
