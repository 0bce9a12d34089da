import type { ActivationForm, DryRun } from '../contract/contract.ts';
import { checkChange } from '../activation/guards.ts';
import { tryRows } from '../activation/dry-run.ts';
import { pinRows } from '../activation/pin-rows.ts';
import { settleRun } from '../activation/settle-run.ts';
import type { Problem } from '../domain/problem.ts';
import { compileCount } from '../sql/index.ts';
import { compileMappedRows } from '../sql/compile-mapped.ts';
import type { ActOptions } from '../warehouses/warehouse.ts';
import type { Activations } from './activations.ts';
import { findMembersBefore } from './carry-out-run.ts';
import type { ServiceContext } from './context.ts';
import { viewSql } from './members.ts';
import type { ModelRunner, ReadyModel } from './model-runner.ts';
import { type RunDefinition, defineRun, subjectOf } from './run-definition.ts';

/** Dry runs: what a run would do, with no call to the destination. */
export function createDryRuns(context: ServiceContext, runner: ModelRunner, activations: Activations) {
  const { store } = context;

  /** Members of the audience whatever their consent. */
  const countAll = async (connectionId: string, form: ActivationForm, ready: ReadyModel): Promise<number> => {
    const everybody = { audience: form.audience, consent: undefined, fields: [] };
    const members = activations.prepareMembers(connectionId, everybody)(ready.asOf);
    const { rows } = await ready.warehouse.query(compileCount(members), ready.options);
    return Number(rows[0]?.[0] ?? 0);
  };

  const carryOut = async (
    connectionId: string,
    form: ActivationForm,
    { kind, run, plan }: RunDefinition,
    ready: ReadyModel,
  ): Promise<DryRun> => {
    const { warehouse, dialect, options, asOf } = ready;
    const shared = { store, warehouse, dialect, options };
    // The same pinning as a run's, in tables of its own that go at once: the difference is exact, and the destination hears nothing.
    const { counts } = await pinRows({ ...shared, plan, onlyRetried: false });
    await settleRun({ ...shared, runId: run.id, plan, batchesOf: () => [] });
    options.onProgress?.({ text: 'Preparing the first rows' });
    // As text and in the order of their ids, whatever the destination takes.
    const members = activations.prepareMembers(connectionId, form, { asText: true })(asOf);
    const rows = compileMappedRows(members, form.fields, true);
    const tried = await tryRows(warehouse, rows, plan, kind, options);
    const withoutConsent =
      form.consent === undefined ? 0 : (await countAll(connectionId, form, ready)) - counts.members;
    const total = counts.adds + counts.removes;
    return {
      asOf,
      ...counts,
      withoutConsent,
      rejected: tried.rejected,
      checked: tried.checked,
      batches:
        kind.delivery.by === 'files'
          ? 0
          : total <= tried.checked
            ? Math.min(tried.batches, total)
            : Math.ceil(total / plan.limits.rows),
      problems: [
        ...activations.check(connectionId, form).problems,
        ...tried.problems,
        ...sizeProblems(counts.members, kind, findMembersBefore(store, connectionId, form.id ?? ''), form),
      ],
      payload: tried.payload,
      sql: viewSql(plan.query),
    };
  };

  return {
    /** @throws AppError RULE_INVALID, and what {@link ModelRunner.run} throws */
    async dryRun(connectionId: string, form: ActivationForm, options: ActOptions): Promise<DryRun> {
      activations.refuseBroken(connectionId, form);
      const activation = { ...form, id: form.id ?? 'dry-run' };
      const asOf = runner.asOf(connectionId);
      const subject = subjectOf(context, activations, connectionId, activation);
      const defined = defineRun(context, connectionId, subject, { asOf, startedFrom: 'app' });
      return runner.run(connectionId, options, (ready) => carryOut(connectionId, form, defined, ready));
    },
  };
}

function sizeProblems(
  members: number,
  { minimumSize, label }: RunDefinition['kind'],
  before: number | undefined,
  { guards }: ActivationForm,
): Problem[] {
  const problems: Problem[] = [];
  if (minimumSize !== undefined && members < minimumSize) {
    problems.push({
      severity: 'warning',
      where: 'audience',
      message: `The audience has ${members} members, and ${label} uses none with fewer than ${minimumSize}.`,
      help: 'Widen the audience.',
    });
  }
  const change = checkChange(members, before, guards, { approved: [] });
  if (change !== undefined)
    problems.push({
      severity: 'warning',
      where: 'audience',
      message: change.message,
      help: 'Look at the audience. The run will ask before it sends.',
    });
  return problems;
}
