import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FieldMapping } from '../../electron/domain/activation.ts';
import type { ActivationMode } from '../../electron/domain/destination.ts';
import type { Secrets, Settings } from '../../electron/domain/field-spec.ts';
import type { ActivationRun, RejectedRow, RunBatch } from '../../electron/domain/run.ts';
import type { Rule } from '../../electron/domain/rule.ts';
import { createSessionSecrets } from '../../electron/keychain/session-secrets.ts';
import { createAudiences } from '../../electron/services/audiences.ts';
import { createCatalog } from '../../electron/services/catalog.ts';
import { createConnections } from '../../electron/services/connections.ts';
import { createDestinations } from '../../electron/services/destinations.ts';
import { createProfileApis } from '../../electron/services/profile-apis.ts';
import { createModels } from '../../electron/services/models.ts';
import { openStore } from '../../electron/store/open-store.ts';
import type { Store } from '../../electron/store/store.ts';
import { WAREHOUSES } from '../../electron/warehouses/index.ts';
import type { KillWorld } from './kill/worlds.ts';
import { joinRunEngine } from './run-engine.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

const SHOP = 'shop';
const PACE = { first: 5, longest: 20, attempts: 4, resolve: 2_000 };

/** A customer as the source has it at one time. */
export interface Person {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
}

/** What a run is started with, where it differs from the run before. */
export interface RunChanges {
  readonly mode?: ActivationMode;
  readonly fields?: readonly FieldMapping[];
  readonly settings?: Settings;
  readonly secrets?: Secrets;
  readonly target?: Settings;
  /** `nobody` is empty. */
  readonly audience?: 'everyone' | 'nobody';
  readonly guards?: { readonly maxRejected: number; readonly maxChange: number };
}

type Destined = Pick<KillWorld, 'kind' | 'mode' | 'settings' | 'secrets' | 'target' | 'fields'>;

/** A source, a destination and an activation between them, of which each may change between two runs. Closed when the test ends. */
export class Shop {
  readonly folder = makeTemporaryFolder();
  readonly #world: Destined;
  readonly #source: string;
  readonly #batchRows: number | undefined;
  #opened: Opened | undefined;

  /** `source` is a file of people; without it, {@link hold} says who is there. */
  constructor(
    world: Destined,
    { batchRows, source }: { readonly batchRows?: number; readonly source?: string } = {},
  ) {
    this.#world = world;
    this.#batchRows = batchRows;
    this.#source = source ?? join(this.folder, 'people.jsonl');
    onTestFinished(() => this.close());
  }

  hold(people: readonly Person[]): void {
    writeFileSync(this.#source, people.map((person) => `${JSON.stringify(person)}\n`).join(''));
  }

  /** Another computer, or one that lost its store: only the source and the schema for state are the same. */
  async loseStore(): Promise<void> {
    await this.close();
    rmSync(join(this.folder, 'home'), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await this.#opened?.engine.close();
    this.#opened?.store.close();
    this.#opened = undefined;
  }

  /** Saves the activation and starts it. @throws AppError as the app does */
  async start(changes: RunChanges = {}): Promise<ActivationRun> {
    const { engine } = await this.#open();
    const activation = await this.save(changes);
    return engine.activationRuns.start(SHOP, activation, { startedFrom: 'app' });
  }

  async run(changes: RunChanges = {}): Promise<ActivationRun> {
    return this.wait((await this.start(changes)).id);
  }

  async wait(id: string): Promise<ActivationRun> {
    return (await this.#open()).engine.activationRuns.wait(id);
  }

  async act(act: 'resume' | 'approve' | 'cancel', { id }: ActivationRun): Promise<ActivationRun> {
    const { engine } = await this.#open();
    engine.activationRuns[act](id);
    return engine.activationRuns.wait(id);
  }

  async batches({ id }: ActivationRun): Promise<RunBatch[]> {
    return (await this.#open()).store.listBatches(id, 0, 1_000);
  }

  async rejected({ id }: ActivationRun): Promise<RejectedRow[]> {
    return (await this.#open()).store.listRejected(id, Number.MIN_SAFE_INTEGER, 1_000);
  }

  /** Saves destination and activation with these changes. @returns the activation's id */
  async save(changes: RunChanges): Promise<string> {
    const { engine, destinations } = await this.#open();
    const { kind, settings, secrets } = this.#world;
    const { mode, fields, target } = { ...this.#world, ...changes };
    const [known] = await destinations.list();
    await destinations.save({
      ...(known === undefined ? {} : { id: known.id }),
      label: 'There',
      kind,
      settings: { ...settings, ...changes.settings },
      secrets: { ...secrets, ...changes.secrets },
    });
    const before = engine.activations.list(SHOP).find(({ activation }) => activation.mode === mode);
    const { activation } = engine.activations.save(SHOP, {
      ...(before === undefined ? {} : { id: before.activation.id }),
      name: `To there, ${mode}`,
      audience: changes.audience ?? 'everyone',
      destination: 'there',
      mode,
      target,
      fields: [...fields],
      guards: changes.guards ?? { maxRejected: 1, maxChange: 1_000 },
    });
    return activation.id;
  }

  async #open(): Promise<Opened> {
    this.#opened ??= await openShop(this.folder, this.#source, this.#batchRows);
    return this.#opened;
  }
}

type Opened = Awaited<ReturnType<typeof openShop>>;

async function openShop(folder: string, path: string, batchRows: number | undefined) {
  const home = join(folder, 'home');
  const store: Store = openStore(join(home, 'slipway.db'));
  const secrets = createSessionSecrets();
  const engine = joinRunEngine({ home, store, secrets, warehouses: WAREHOUSES, batchRows, pace: PACE });
  const { context, sessions, runner } = engine;
  const catalog = createCatalog(context, sessions, runner);
  const connections = createConnections({
    context,
    sessions,
    runner,
    catalog,
    profileApis: createProfileApis(context, runner),
  });
  const settings = { path, stateFile: join(folder, 'state.duckdb') };
  await connections.save({ label: 'Shop', kind: 'duckdb', settings, secrets: {} });
  await catalog.refresh(SHOP, {});
  const models = createModels(context, runner);
  const table = path.endsWith('.duckdb')
    ? { catalog: 'people', schema: 'main', table: 'people' }
    : { catalog: 'files', schema: 'default', table: 'people' };
  models.save(SHOP, models.suggest(SHOP, table, 'id'));
  const audiences = createAudiences(context);
  audiences.save(SHOP, { name: 'Everyone', rule: withId({ op: 'is-not-empty' }), columns: [] });
  audiences.save(SHOP, { name: 'Nobody', rule: withId({ op: 'is-empty' }), columns: [] });
  return { engine, store, destinations: createDestinations(context) };
}

function withId(test: { readonly op: 'is-not-empty' | 'is-empty' }): Rule {
  return { kind: 'condition', condition: { kind: 'attribute', entity: 'customer', column: 'id', test } };
}
