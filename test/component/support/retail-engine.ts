import { implement } from '@orpc/server';
import { contract, type AudienceSummary } from '../../../electron/contract/contract.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import { makeId, outputName, referredAudiences, type Audience } from '../../../electron/domain/audience.ts';
import { checkModel } from '../../../electron/domain/check-model.ts';
import { checkRule } from '../../../electron/domain/check-rule.ts';
import { describeRule } from '../../../electron/domain/describe.ts';
import { findAttribute, findEntity, type CustomerModel } from '../../../electron/domain/model.ts';
import { hasErrors } from '../../../electron/domain/problem.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import { members } from '../../support/oracle/evaluate.ts';
import { makeCannedEngine } from './canned-engine.ts';
import { AS_OF, RUN, SAMPLE } from './canned-lakehouse.ts';
import { countHistogram, smallWorld } from './small-retail.ts';

/** What the engine of model and audience tests starts with. */
export type RetailStart = {
  model?: CustomerModel | null;
  audiences?: Audience[];
  /** Milliseconds that an export takes. */
  exportMs?: number;
  /** Files that are there already. */
  files?: string[];
};

/** The router over a small lakehouse in memory, and what it was asked. */
export type RetailEngine = {
  readonly router: ReturnType<typeof makeRouter>;
  readonly state: RetailState;
};

type RetailState = {
  model: CustomerModel | null;
  audiences: Audience[];
  histograms: number;
  unmasked: number;
  exported: { path: string; overwrite: boolean }[];
  cancelled: number;
};

/** The true contract over the rows of `small-retail.ts`; rules are evaluated by the oracle, definitions are kept in memory. */
export function makeRetailEngine(start: RetailStart = {}): RetailEngine {
  const state: RetailState = {
    model: start.model === undefined ? sampleModel() : start.model,
    audiences: start.audiences ?? [],
    histograms: 0,
    unmasked: 0,
    exported: [],
    cancelled: 0,
  };
  return { router: makeRouter(start, state), state };
}

function refuse(
  code: AppErrorShape['code'],
  message: string,
  details?: AppErrorShape['details'],
): AppErrorShape {
  return {
    code,
    message,
    help: 'Change it.',
    retry: 'after-fix',
    ...(details === undefined ? {} : { details }),
  };
}

function makeRouter(start: RetailStart, state: RetailState) {
  const os = implement(contract);
  const definitions = () => ({ model: state.model ?? sampleModel(), audiences: state.audiences });

  const summarize = (audience: Audience): AudienceSummary => ({
    audience,
    updatedAt: AS_OF,
    description: describeRule(audience.rule, definitions()),
    problems: checkRule(audience.rule, definitions()),
    usedBy: state.audiences
      .filter((each) => referredAudiences(each.rule).has(audience.id))
      .map(({ id, name }) => ({ id, name })),
  });

  const find = (id: string): Audience => {
    const found = state.audiences.find((each) => each.id === id);
    if (found === undefined) throw new Error(`no audience ${id}`);
    return found;
  };

  return {
    ...makeCannedEngine({ connections: [{ ...SAMPLE, hasModel: state.model !== null }] }).router,
    model: {
      get: os.model.get.handler(() => ({
        model: state.model,
        problems: state.model === null ? [] : checkModel(state.model),
      })),
      save: os.model.save.handler(({ input }) => {
        const problems = checkModel(input.model);
        if (!hasErrors(problems)) state.model = input.model;
        return { problems };
      }),
      suggest: os.model.suggest.handler(({ input }) => {
        const sample = sampleModel();
        return { ...sample, customer: { ...sample.customer, table: input.table, idColumn: input.idColumn } };
      }),
      readiness: os.model.readiness.handler(() => ({
        asOf: AS_OF,
        ready: false,
        checks: [
          {
            id: 'customer.rows',
            where: 'customer',
            label: 'Household: has rows',
            status: 'passed' as const,
            count: 0,
            message: '60 rows.',
          },
          {
            id: 'customer.unique',
            where: 'customer',
            label: 'Household: household_key is unique',
            status: 'failed' as const,
            count: 1204,
            message: '1,204 rows repeat a customer id.',
            help: 'Use a view with one row a customer.',
          },
        ],
      })),
      viewSql: os.model.viewSql.handler(() => ({
        sql: 'CREATE VIEW main.retail.customers AS\nSELECT household_key AS customer_id',
      })),
    },
    audiences: {
      list: os.audiences.list.handler(() => state.audiences.map(summarize)),
      get: os.audiences.get.handler(({ input }) => summarize(find(input.audienceId))),
      save: os.audiences.save.handler(({ input, errors }) => {
        if (state.audiences.some((each) => each.name === input.name && each.id !== input.id)) {
          throw errors.APP_ERROR({
            data: refuse('NAME_TAKEN', `Another audience is named “${input.name}”.`),
          });
        }
        const { connectionId: _connection, id: given, ...rest } = input;
        const id = given ?? makeId(input.name, new Set(state.audiences.map((each) => each.id)));
        const audience: Audience = { id, ...rest };
        state.audiences = [...state.audiences.filter((each) => each.id !== id), audience];
        return summarize(audience);
      }),
      duplicate: os.audiences.duplicate.handler(({ input }) => {
        const original = find(input.audienceId);
        const copy = { ...original, id: `${original.id}-2`, name: `${original.name} (copy)` };
        state.audiences = [...state.audiences, copy];
        return summarize(copy);
      }),
      rename: os.audiences.rename.handler(({ input }) => {
        const renamed = { ...find(input.audienceId), name: input.name };
        state.audiences = state.audiences.map((each) => (each.id === renamed.id ? renamed : each));
        return summarize(renamed);
      }),
      remove: os.audiences.remove.handler(({ input, errors }) => {
        const { usedBy, audience } = summarize(find(input.audienceId));
        if (usedBy.length > 0) {
          const users = usedBy.map((each) => `“${each.name}”`).join(', ');
          throw errors.APP_ERROR({ data: refuse('IN_USE', `“${audience.name}” is used by ${users}.`) });
        }
        state.audiences = state.audiences.filter((each) => each.id !== audience.id);
        return {};
      }),
      histogram: os.audiences.histogram.handler(({ input }) => {
        state.histograms += 1;
        return countHistogram(input.rules, definitions());
      }),
      preview: os.audiences.preview.handler(({ input }) => {
        if (input.unmasked) state.unmasked += 1;
        const { model, audiences } = definitions();
        const isPersonal = input.columns.map((column) => {
          const entity = column.kind === 'attribute' ? findEntity(model, column.entity) : undefined;
          if (entity === undefined || column.kind !== 'attribute') return false;
          return findAttribute(entity, column.column)?.pii !== undefined;
        });
        const ids = [...members(input.rule, smallWorld(model, audiences))].slice(0, input.limit);
        return {
          columns: [
            { name: 'customer_id', masked: false },
            ...input.columns.map((column, at) => ({
              name: outputName(column),
              masked: !input.unmasked && isPersonal[at] === true,
            })),
          ],
          rows: ids.map((id) => [
            id,
            ...input.columns.map((_, at) => (!input.unmasked && isPersonal[at] ? 'p•••' : `person${id}`)),
          ]),
          asOf: AS_OF,
        };
      }),
      sql: os.audiences.sql.handler(({ input }) => ({
        text: `SELECT household_key AS customer_id\nFROM main.retail.households -- ${JSON.stringify(input.rule).length}`,
        values: [{ name: 'p1', type: 'text', value: 'bread' }],
      })),
      columnValues: os.audiences.columnValues.handler(({ input }) =>
        input.column === 'category' ? ['bread', 'soft drinks'] : [],
      ),
    },
    exports: {
      run: os.exports.run.handler(async function* ({ input, signal, errors }) {
        state.exported.push({ path: input.path, overwrite: input.overwrite });
        if (start.files?.includes(input.path) === true && !input.overwrite) {
          const data = refuse('TARGET_UNWRITABLE', `${input.path} already exists.`, { exists: true });
          throw errors.APP_ERROR({ data });
        }
        yield { kind: 'progress' as const, text: 'Writing the file' };
        await new Promise<void>((resolve, reject) => {
          setTimeout(resolve, start.exportMs ?? 0);
          signal?.addEventListener('abort', () => {
            state.cancelled += 1;
            reject(new DOMException('Aborted', 'AbortError'));
          });
        });
        yield {
          kind: 'done' as const,
          result: { ...RUN, rows: 12, target: { path: input.path, format: input.format } },
        };
      }),
    },
  };
}
