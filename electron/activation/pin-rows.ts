import { z } from 'zod';
import { FieldRecipe } from '../domain/recipe.ts';
import type { RunCounts } from '../domain/run.ts';
import { type CompiledQuery, type Dialect, compileCount } from '../sql/index.ts';
import { RunStatements, type RunTables } from '../sql/run-tables.ts';
import type { Store } from '../store/store.ts';
import type { ActOptions, OpenWarehouse, StateSchema } from '../warehouses/warehouse.ts';
import type { PlannedGroup, RunPlan } from './run-plan.ts';

/** What pinning needs. */
export interface PinContext {
  readonly store: Pick<Store, 'findRecipes' | 'listRecipesUsed'>;
  readonly warehouse: OpenWarehouse;
  readonly dialect: Dialect;
  readonly plan: RunPlan;
  /** Only members whose rows the last run rejected. */
  readonly onlyRetried: boolean;
  readonly options: ActOptions & { readonly signal: AbortSignal };
}

/** What was pinned. */
export interface Pinned {
  readonly groups: PlannedGroup[];
  readonly counts: Pick<RunCounts, 'members' | 'adds' | 'removes' | 'unchanged'>;
  readonly statementId?: string;
}

/**
 * Fixes which rows a run sends: in the writable schema where there is one, else only by counting them, to be read again by the same query.
 * Done again after a crash it begins anew.
 */
export async function pinRows(context: PinContext): Promise<Pinned> {
  const { warehouse, plan } = context;
  const { tables } = plan;
  const { state } = warehouse;
  if (tables === undefined || state === undefined) return countOnly(context);
  const pin = new Pinning(context, state, tables);
  return plan.mode === 'mirror' && !context.onlyRetried ? pin.difference() : pin.all();
}

/** A row of {@link RunStatements.countGroups}. */
const CountedGroup = z.tuple([z.enum(['add', 'remove']), z.string(), z.coerce.number()]);

class Pinning {
  readonly #context: PinContext;
  readonly #state: StateSchema;
  readonly #statements: RunStatements;

  constructor(context: PinContext, state: StateSchema, tables: RunTables) {
    this.#context = context;
    this.#state = state;
    this.#statements = new RunStatements(context.dialect, tables);
  }

  async all(): Promise<Pinned> {
    const { plan, onlyRetried } = this.#context;
    const op = plan.mode === 'remove' ? 'remove' : 'add';
    this.#tell('Pinning the members');
    await this.#execute(this.#statements.createRows());
    const statementId = await this.#execute(
      this.#statements.pinAll(plan.query, { op, recipes: plan.recipeId }, onlyRetried),
    );
    const pinned = await this.#groups();
    const count = countRows(pinned);
    const groups = op === 'remove' ? groupsOfRemoval(this.#context, count) : pinned;
    return {
      groups,
      counts: countAll(count, groups),
      ...(statementId === undefined ? {} : { statementId }),
    };
  }

  async difference(): Promise<Pinned> {
    const { plan } = this.#context;
    const statements = this.#statements;
    this.#tell('Pinning the members');
    await this.#run([statements.createMembers(), statements.createSynced()]);
    await this.#run(statements.keepRecipes(plan.recipeId, JSON.stringify(plan.fields)));
    const statementId = await this.#execute(statements.holdMembers(plan.query));
    this.#tell('Comparing with what was synced');
    await this.#run([statements.createRows(), ...statements.pinDifference(plan.recipeId, plan.identifiers)]);
    const groups = await this.#groups();
    const [[count = 0] = []] = (await this.#query(statements.countMembers())).rows;
    await this.#run(statements.drop('members'));
    const counts = countAll(Number(count), groups);
    return {
      groups,
      counts: { ...counts, unchanged: counts.members - counts.adds },
      ...(statementId === undefined ? {} : { statementId }),
    };
  }

  async #groups(): Promise<PlannedGroup[]> {
    const { rows } = await this.#query(this.#statements.countGroups());
    const groups: PlannedGroup[] = [];
    for (const row of rows) {
      const [op, recipeId, count] = CountedGroup.parse(row);
      groups.push({ op, recipeId, fields: await this.#fieldsOf(recipeId), rows: count });
    }
    // What leaves makes room before what comes.
    return groups.sort((left, right) => Number(left.op === 'add') - Number(right.op === 'add'));
  }

  /** The recipes that rows were added by: of this run, of this computer, or of another one that works on the same schema. */
  async #fieldsOf(recipeId: string): Promise<FieldRecipe[]> {
    const { plan, store } = this.#context;
    if (recipeId === plan.recipeId) return plan.fields;
    const known = store.findRecipes(recipeId);
    if (known !== undefined) return known;
    const { rows } = await this.#query(this.#statements.readRecipes());
    const [, document] = rows.find(([id]) => id === recipeId) ?? [];
    return z.array(FieldRecipe).parse(JSON.parse(z.string().parse(document)));
  }

  #query(query: CompiledQuery) {
    return this.#context.warehouse.query(query, this.#context.options);
  }

  async #execute(query: CompiledQuery): Promise<string | undefined> {
    return (await this.#state.execute(query, this.#context.options)).statementId;
  }

  async #run(queries: readonly CompiledQuery[]): Promise<void> {
    for (const query of queries) await this.#execute(query);
  }

  #tell(text: string): void {
    this.#context.options.onProgress?.({ text });
  }
}

async function countOnly(context: PinContext): Promise<Pinned> {
  const { warehouse, plan, options } = context;
  options.onProgress?.({ text: 'Counting the members' });
  const { rows, statementId } = await warehouse.query(compileCount(plan.query), options);
  const count = Number(rows[0]?.[0] ?? 0);
  const isRemoval = plan.mode === 'remove';
  const add: PlannedGroup = { op: 'add', recipeId: plan.recipeId, fields: plan.fields, rows: count };
  const groups = count === 0 ? [] : isRemoval ? groupsOfRemoval(context, count) : [add];
  return {
    groups,
    counts: countAll(count, groups),
    ...(statementId === undefined ? {} : { statementId }),
  };
}

/** Rows of all groups: a member that is removed by two recipes is two of them. */
function countAll(members: number, groups: readonly PlannedGroup[]): Pinned['counts'] {
  const of = (op: PlannedGroup['op']): number => countRows(groups.filter((group) => group.op === op));
  return { members, adds: of('add'), removes: of('remove'), unchanged: 0 };
}

function countRows(groups: readonly PlannedGroup[]): number {
  return groups.reduce((sum, { rows }) => sum + rows, 0);
}

/** A removal takes out what was added by any recipes: once by each that was used at this place, and by those of now where none was. */
function groupsOfRemoval({ store, plan }: PinContext, rows: number): PlannedGroup[] {
  if (rows === 0) return [];
  const used = store.listRecipesUsed(plan.place);
  const ids = used.length === 0 ? [plan.recipeId] : used;
  return ids.map((recipeId) => {
    const before = recipeId === plan.recipeId ? plan.fields : (store.findRecipes(recipeId) ?? []);
    return {
      op: 'remove',
      recipeId,
      fields: plan.fields.map((field) => before.find((each) => each.field === field.field) ?? field),
      rows,
      pinnedAs: plan.recipeId,
    };
  });
}
