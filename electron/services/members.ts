import type { Preview, SqlView } from '../contract/contract.ts';
import { CUSTOMER_ID, type OutputColumn } from '../domain/audience.ts';
import { familyOf } from '../domain/column-type.ts';
import { composeRules } from '../domain/composition.ts';
import type { Instant } from '../domain/duration.ts';
import type { Histogram } from '../domain/histogram.ts';
import { findAttribute, findEntity } from '../domain/model.ts';
import type { Rule } from '../domain/rule.ts';
import {
  type AudiencePlan,
  type CompiledQuery,
  type MembersOptions,
  compileColumnValues,
  compileHistogram,
  compileMembers,
  planAudience,
  readHistogram,
} from '../sql/index.ts';
import type { ActOptions } from '../warehouses/warehouse.ts';
import { refuseBrokenRules } from './audience-checks.ts';
import type { ServiceContext } from './context.ts';
import {
  findDefinitions,
  notFound,
  requireConnection,
  requireKind,
  requireModel,
} from './find-definitions.ts';
import type { ModelRunner } from './model-runner.ts';
import { showValue } from './show-value.ts';

/** The most combinations of conditions that occur among customers; N conditions have 2^N at most, real data some hundreds. */
const MOST_CELLS = 200_000;
/** The most suggestions for a column. */
const MOST_VALUES = 50;

/** A rule with the columns that describe its members. */
export interface MembersRequest {
  readonly rule: Rule;
  readonly columns: readonly OutputColumn[];
}

export type Members = ReturnType<typeof createMembers>;

/** Who meets a rule: counts, samples and the statement that lists them. Nothing of an answer is kept. */
export function createMembers(context: ServiceContext, runner: ModelRunner) {
  const { store, warehouses } = context;

  /**
   * Reads the definitions once and refuses what cannot run. The plan is made of that one reading, whenever it is made: definitions
   * that change meanwhile are neither verified nor checked.
   */
  const prepare = (
    connectionId: string,
    { rule, columns }: MembersRequest,
  ): ((asOf: Instant) => AudiencePlan) => {
    const definitions = findDefinitions(store, connectionId);
    refuseBrokenRules([rule], columns, definitions);
    const composition = composeRules([rule], definitions);
    const plan = (asOf: Instant): AudiencePlan =>
      planAudience({ model: definitions.model, composition, outputs: columns, asOf });
    // What a plan refuses is refused before a warehouse is opened for it.
    plan(runner.asOf(connectionId));
    return plan;
  };
  const dialectOf = (connectionId: string) =>
    requireKind(warehouses, requireConnection(store, connectionId).kind).dialect;

  return {
    /** One query for all counts of these rules. @throws AppError RULE_INVALID, and what {@link ModelRunner.run} throws */
    async histogram(connectionId: string, rules: readonly Rule[], options: ActOptions): Promise<Histogram> {
      const definitions = findDefinitions(store, connectionId);
      refuseBrokenRules(rules, [], definitions);
      const composition = composeRules(rules, definitions);
      return runner.run(
        connectionId,
        options,
        async ({ model, dialect, warehouse, asOf, options: passed }) => {
          const planned = planAudience({ model, composition, asOf });
          const query = compileHistogram(planned, dialect);
          const { rows } = await warehouse.query(query, { ...passed, maxRows: MOST_CELLS });
          return readHistogram(rows, planned);
        },
      );
    },

    /** The first members by their id. Personal columns leave the warehouse masked unless asked otherwise. */
    async preview(
      connectionId: string,
      request: MembersRequest & { readonly unmasked: boolean; readonly limit: number },
      options: ActOptions,
    ): Promise<Preview> {
      const { unmasked, limit } = request;
      const plan = prepare(connectionId, request);
      return runner.run(connectionId, options, async ({ dialect, warehouse, asOf, options: passed }) => {
        const planned = plan(asOf);
        const query = compileMembers(planned, dialect, { limit, maskPii: !unmasked });
        const { rows } = await warehouse.query(query, { ...passed, maxRows: limit });
        const personal = findPersonalColumns(planned);
        return {
          columns: query.columns.map(({ name }) => ({ name, masked: !unmasked && personal.has(name) })),
          rows: rows.map((row) => row.map(showValue)),
          asOf,
        };
      });
    },

    /** The exact statement that an export of this rule runs; nothing is sent. */
    sql(connectionId: string, request: MembersRequest): SqlView {
      const planned = prepare(connectionId, request)(runner.asOf(connectionId));
      return viewSql(compileMembers(planned, dialectOf(connectionId)));
    },

    /** The statement of an export or a run, made of the definitions as they are now, for the instant it will count from. */
    prepareExport(
      connectionId: string,
      request: MembersRequest,
      options: MembersOptions = {},
    ): (asOf: Instant) => CompiledQuery {
      const plan = prepare(connectionId, request);
      const dialect = dialectOf(connectionId);
      return (asOf) => compileMembers(plan(asOf), dialect, options);
    },

    /** Values that occur often in a column; none of a personal one, or of one whose values are no choices. */
    async columnValues(
      connectionId: string,
      entityId: string,
      column: string,
      options: ActOptions,
    ): Promise<string[]> {
      const entity = findEntity(requireModel(store, connectionId), entityId);
      const attribute = entity === undefined ? undefined : findAttribute(entity, column);
      if (entity === undefined || attribute === undefined) {
        throw notFound(`The model has no attribute ${column} of “${entityId}”.`, 'Choose another attribute.');
      }
      const family = familyOf(attribute.type);
      const isKey = column === entity.key;
      if (attribute.pii !== undefined || isKey || (family !== 'text' && family !== 'number')) return [];
      return runner.run(connectionId, options, async ({ dialect, warehouse, options: passed }) => {
        const query = compileColumnValues(entity, column, dialect, MOST_VALUES);
        const { rows } = await warehouse.query(query, passed);
        return rows.map((row) => showValue(row[0] ?? null)).filter((value) => value !== null);
      });
    },
  };
}

function findPersonalColumns(plan: AudiencePlan): Set<string> {
  const outputs = [plan.customer, ...plan.scans].flatMap((scan) => scan.outputs);
  const names = outputs.filter((output) => output.pii !== undefined).map((output) => output.as);
  return new Set(plan.idIsPersonal ? [CUSTOMER_ID, ...names] : names);
}

/** A statement as pages show it, its values apart. */
export function viewSql(query: CompiledQuery): SqlView {
  return {
    text: query.text,
    values: Object.entries(query.values).map(([name, { type, value }]) => ({ name, type, value })),
  };
}
