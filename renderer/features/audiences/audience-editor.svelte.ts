import type { AudienceSummary } from '../../../electron/contract/contract.ts';
import type { Audience, OutputColumn } from '../../../electron/domain/audience.ts';
import type { Definitions } from '../../../electron/domain/composition.ts';
import { type Problem, hasErrors } from '../../../electron/domain/problem.ts';
import type { Condition, Rule } from '../../../electron/domain/rule.ts';
import { SvelteSet } from 'svelte/reactivity';
import { toAppError } from '../../shell/app-errors.ts';
import type { Engine } from '../../shell/engine.ts';
import { Saving } from '../../shell/saving.svelte.ts';
import { CalmDraft } from '../../ui/calm-draft.svelte.ts';
import { problemsWithin } from '../../ui/rule/problem-at.ts';
import { checkColumns } from '../../../electron/domain/check-columns.ts';
import { findProblems } from './find-problems.ts';
import { LiveCounts } from './live-counts.svelte.ts';
import {
  type GroupRule,
  closeRule,
  findParent,
  idOf,
  insertPart,
  openRule,
  replacePart,
} from './rule-tree.ts';

/** An audience as it is edited: its rule is opened (see rule-tree.ts). */
export interface AudienceDraft {
  readonly name: string;
  readonly description: string;
  readonly rule: Rule;
  readonly columns: readonly OutputColumn[];
}

/** The editor of one audience: its draft, what is wrong with it, its counts, and which conditions are open. */
export class AudienceEditor {
  readonly draft: CalmDraft<AudienceDraft>;
  readonly counts: LiveCounts;
  /** Ids of the conditions whose form is open. */
  readonly opened = new SvelteSet<string>();
  /** Ids of conditions being written for the first time: what they lack is not shown as a mistake yet. */
  readonly fresh = new SvelteSet<string>();
  /** The id of the saved audience; undefined until the first save. */
  audienceId: string | undefined;
  readonly saving = new Saving();

  /** The rule of the draft. What is derived from it rests while only name, description or columns change. */
  readonly rule: Rule = $derived.by(() => this.draft.value.rule);
  readonly #columns: readonly OutputColumn[] = $derived.by(() => this.draft.value.columns);
  readonly definitions: Definitions = $derived.by(() => this.#withDraft());
  readonly problems: readonly Problem[] = $derived.by(() => [
    ...findProblems(this.rule, this.definitions, this.fresh),
    ...checkColumns(this.#columns, this.definitions.model),
  ]);
  readonly hasErrors = $derived.by(() => hasErrors(this.problems));

  /** How many customers the whole rule holds. */
  readonly size = $derived.by(() => this.counts.parts.get(idOf(this.rule)));

  readonly #engine: Engine;
  readonly #connectionId: string;
  readonly #readDefinitions: () => Definitions;

  /** Edits a saved audience, or a new one. `readDefinitions` is read reactively. */
  constructor(
    engine: Engine,
    connectionId: string,
    readDefinitions: () => Definitions,
    audience: Audience | undefined,
  ) {
    this.#engine = engine;
    this.#connectionId = connectionId;
    this.#readDefinitions = readDefinitions;
    this.audienceId = $state(audience?.id);
    this.draft = new CalmDraft(openAudience(audience), isSameAudience);
    this.counts = new LiveCounts(
      (rules, signal) => engine.audiences.histogram({ connectionId, rules }, { signal }),
      toAppError,
    );
    this.#showCounts();
  }

  /** The draft some time after the last change: what members and SQL show. */
  get calm(): AudienceDraft {
    return this.draft.calm;
  }

  /** Changes the rule. `field` names what was changed, so that typing is one step of undo. */
  changeRule(rule: Rule, field?: string): void {
    if (rule === this.rule) return;
    this.#change({ ...this.draft.value, rule }, field);
  }

  /** Changes a condition in its place. */
  changeCondition(id: string, condition: Condition, field: string): void {
    const rule = replacePart(this.rule, id, (part) =>
      part.kind === 'condition' ? { ...part, condition } : part,
    );
    this.changeRule(rule, `${id} ${field}`);
  }

  /** Adds a part to a group and opens it. */
  addPart(group: GroupRule, part: Rule): void {
    if (group.id === undefined) return;
    this.settle();
    const id = idOf(part);
    if (part.kind === 'condition' || part.kind === 'audience') {
      this.opened.add(id);
      this.fresh.add(id);
    }
    this.changeRule(insertPart(this.rule, group.id, part));
  }

  /** Changes name, description or columns. */
  changeText(change: Partial<Pick<AudienceDraft, 'name' | 'description' | 'columns'>>, field: string): void {
    this.#change({ ...this.draft.value, ...change }, field);
  }

  rename(name: string): void {
    this.changeText({ name }, 'name');
  }

  /** Opens or closes the form of a condition. What it lacks is shown from then on. */
  toggleOpen(id: string): void {
    if (!this.opened.delete(id)) this.opened.add(id);
    else this.settle();
  }

  /** Ends the mercy for conditions being written. */
  settle(): void {
    if (this.fresh.size === 0) return;
    this.fresh.clear();
    this.#showCounts();
  }

  undo(): void {
    this.draft.undo();
    this.#follow();
  }

  redo(): void {
    this.draft.redo();
    this.#follow();
  }

  /** Saves the draft. @returns what was saved, or undefined where it failed: see `saving`. */
  async save(): Promise<AudienceSummary | undefined> {
    this.settle();
    const { value } = this.draft;
    if (this.hasErrors || value.name.trim() === '') return undefined;
    return this.saving.run(async () => {
      const saved = await this.#engine.audiences.save({
        connectionId: this.#connectionId,
        ...(this.audienceId === undefined ? {} : { id: this.audienceId }),
        name: value.name.trim(),
        ...(value.description.trim() === '' ? {} : { description: value.description.trim() }),
        rule: closeRule(value.rule),
        columns: [...value.columns],
      });
      this.audienceId = saved.audience.id;
      this.draft.markSaved(value);
      return saved;
    });
  }

  /** Ends what is under way. */
  close(): void {
    this.draft.stop();
    this.counts.close();
  }

  #change(next: AudienceDraft, field: string | undefined): void {
    const before = this.rule;
    this.draft.change(next, field);
    if (next.rule !== before) this.#follow();
  }

  /** Follows a change of the rule. */
  #follow(): void {
    this.#forgetGone();
    this.#showCounts();
  }

  #forgetGone(): void {
    for (const id of this.fresh) {
      if (findParent(this.rule, id) === undefined) this.fresh.delete(id);
    }
  }

  #showCounts(): void {
    this.counts.show(this.rule, problemsWithin(this.problems, 'rule'), this.definitions);
  }

  /** The saved definitions with the draft in place of its saved state, so that a cycle through it is found. */
  #withDraft(): Definitions {
    const { model, audiences } = this.#readDefinitions();
    const { rule } = this;
    const own = audiences.map((each) => (each.id === this.audienceId ? { ...each, rule } : each));
    return { model, audiences: own };
  }
}

function openAudience(audience: Audience | undefined): AudienceDraft {
  return {
    name: audience?.name ?? '',
    description: audience?.description ?? '',
    rule: openRule(audience?.rule ?? { kind: 'all', rules: [] }),
    columns: audience?.columns ?? [],
  };
}

function isSameAudience(left: AudienceDraft, right: AudienceDraft): boolean {
  if (left === right) return true;
  const plain = (draft: AudienceDraft): string => JSON.stringify({ ...draft, rule: closeRule(draft.rule) });
  return plain(left) === plain(right);
}
