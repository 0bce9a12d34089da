import { type Audience, referredAudiences } from '../../../electron/domain/audience.ts';
import { checkModel } from '../../../electron/domain/check-model.ts';
import { checkRule } from '../../../electron/domain/check-rule.ts';
import type { CustomerModel, Entity, Trait } from '../../../electron/domain/model.ts';
import { type Problem, hasErrors } from '../../../electron/domain/problem.ts';
import type { Rule } from '../../../electron/domain/rule.ts';
import type { Engine } from '../../shell/engine.ts';
import { Saving } from '../../shell/saving.svelte.ts';
import { Draft } from '../../ui/draft.svelte.ts';

/** What the engine says of the saved model. */
export interface SavedModel {
  readonly model: CustomerModel | null;
  readonly problems: readonly Problem[];
}

/** The editor of a connection's customer model: its draft, what is wrong with it, and what saving it would break. */
export class ModelEditor {
  /** The model; null until a customer table is chosen. */
  readonly draft: Draft<CustomerModel | null>;
  readonly saving = new Saving();
  /** What the engine found, with the catalog at hand; it holds until the draft changes. */
  #found: { readonly of: CustomerModel | null; readonly problems: readonly Problem[] };

  readonly problems: readonly Problem[] = $derived.by(() => {
    const { value } = this.draft;
    if (this.#found.of === value) return this.#found.problems;
    return value === null ? [] : checkModel(value);
  });
  readonly hasErrors = $derived.by(() => hasErrors(this.problems));
  /** Names of audiences that run with the saved model and would not with the draft. */
  readonly broken: readonly string[] = $derived.by(() => this.findBroken(this.draft.value));

  readonly #engine: Engine;
  readonly #connectionId: string;
  readonly #readAudiences: () => readonly Audience[];
  #saved: CustomerModel | null;

  /** `readAudiences` is read reactively. */
  constructor(
    engine: Engine,
    connectionId: string,
    saved: SavedModel,
    readAudiences: () => readonly Audience[],
  ) {
    this.#engine = engine;
    this.#connectionId = connectionId;
    this.#readAudiences = readAudiences;
    this.draft = new Draft(saved.model);
    this.#found = $state.raw({ of: saved.model, problems: saved.problems });
    this.#saved = $state.raw(saved.model);
  }

  /** Changes the model. `field` names what was changed, so that typing is one step of undo. */
  change(edit: (model: CustomerModel) => CustomerModel, field?: string): void {
    const { value } = this.draft;
    if (value !== null) this.draft.change(edit(value), field);
  }

  /** Starts from a suggested model, or takes another customer table. */
  replace(model: CustomerModel): void {
    this.draft.change(model);
  }

  /** Puts an entity in the place of the one at `at`, or at the end. */
  putEntity(entity: Entity, at: number | undefined, field?: string): void {
    this.change((model) => ({ ...model, entities: put(model.entities, entity, at) }), field);
  }

  /** Puts a trait in the place of the one at `at`, or at the end. */
  putTrait(trait: Trait, at: number | undefined): void {
    this.change((model) => ({ ...model, traits: put(model.traits, trait, at) }));
  }

  /** The model without an entity and the traits over it. */
  withoutEntity(id: string): CustomerModel | null {
    const { value } = this.draft;
    if (value === null) return null;
    const entities = value.entities.filter((each) => each.id !== id);
    return { ...value, entities, traits: value.traits.filter((each) => each.entity !== id) };
  }

  /** The model without a trait. */
  withoutTrait(id: string): CustomerModel | null {
    const { value } = this.draft;
    return value === null ? null : { ...value, traits: value.traits.filter((each) => each.id !== id) };
  }

  /** Names of audiences that run with the saved model and would not with `next`, those that refer to them among them. */
  findBroken(next: CustomerModel | null): string[] {
    const saved = this.#saved;
    if (saved === null || next === null || next === saved) return [];
    const audiences = [...this.#readAudiences()];
    const runs = (rule: Rule, model: CustomerModel): boolean =>
      !hasErrors(checkRule(rule, { model, audiences }));
    const broken = new Set(
      audiences.filter(({ rule }) => runs(rule, saved) && !runs(rule, next)).map(({ id }) => id),
    );
    // An audience that refers to a broken one is broken too, however long the way.
    for (let before = -1; before !== broken.size;) {
      before = broken.size;
      for (const { id, rule } of audiences) {
        if ([...referredAudiences(rule)].some((each) => broken.has(each))) broken.add(id);
      }
    }
    return audiences.filter(({ id }) => broken.has(id)).map(({ name }) => name);
  }

  /** Saves the draft. @returns true where it is saved; otherwise `problems` or `saving` say why not. */
  async save(): Promise<boolean> {
    const { value } = this.draft;
    if (value === null || this.hasErrors) return false;
    const isSaved = await this.saving.run(async () => {
      const { problems } = await this.#engine.model.save({ connectionId: this.#connectionId, model: value });
      this.#found = { of: value, problems };
      if (hasErrors(problems)) return false;
      this.#saved = value;
      this.draft.markSaved(value);
      return true;
    });
    return isSaved === true;
  }
}

function put<T>(list: readonly T[], item: T, at: number | undefined): T[] {
  return at === undefined ? [...list, item] : list.map((each, index) => (index === at ? item : each));
}
