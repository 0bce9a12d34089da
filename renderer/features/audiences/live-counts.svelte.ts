import { AppError, type AppErrorShape } from '../../../electron/domain/app-error.ts';
import {
  type BooleanExpression,
  type Definitions,
  type LeafCondition,
  composeRules,
  conditionKey,
} from '../../../electron/domain/composition.ts';
import { type Histogram, countMatching } from '../../../electron/domain/histogram.ts';
import { type Problem, hasErrors } from '../../../electron/domain/problem.ts';
import type { Rule } from '../../../electron/domain/rule.ts';
import { problemsWithin } from '../../ui/rule/problem-at.ts';
import { closeRule, coreOf, idOf, isGroup, listParts } from './rule-tree.ts';

/** How many customers a part holds. `stale` while the part has changed and its count is on the way. */
export interface PartCount {
  readonly count: number;
  readonly stale: boolean;
}

/** What the counts are: known, asked for, failed, or (`blocked`) partly unknowable until the rule is mended. */
export type CountState = 'waiting' | 'ready' | 'failed' | 'blocked';

/** An answer of the warehouse with the conditions that its bits stand for. */
interface Answer {
  readonly conditions: readonly LeafCondition[];
  readonly keys: ReadonlySet<string>;
  readonly histogram: Histogram;
}

/** Waits for the end of typing, in milliseconds. */
const CALM_MS = 250;
/** How many answers are kept, so that undo needs no query. */
const MOST_ANSWERS = 12;

/**
 * The counts of a rule and of each of its parts, as it is edited. A recomposition of known conditions is counted here at once;
 * a condition that no kept answer holds is asked for, with one query for all.
 */
export class LiveCounts {
  state = $state<CountState>('waiting');
  error = $state.raw<AppErrorShape>();
  /** All customers; undefined until the first answer. */
  total = $state.raw<number>();
  /** The count of each part by its id, the root's among them. */
  parts = $state.raw<ReadonlyMap<string, PartCount>>(new Map());
  /** How many customers are left (`all`) or reached (`any`) after each part of the root group. */
  steps = $state.raw<readonly number[]>([]);
  /** When the shown answer was counted. */
  asOf = $state.raw<string>();

  #answers: Answer[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  #runningKeys: ReadonlySet<string> | undefined;
  #shown: { rule: Rule; problems: readonly Problem[]; definitions: Definitions } | undefined;
  readonly #fetch: (rules: Rule[], signal: AbortSignal) => Promise<Histogram>;
  readonly #toError: (error: unknown, signal: AbortSignal) => AppErrorShape;

  /** `fetch` asks the engine for a histogram, `toError` reads its failures. */
  constructor(
    fetch: (rules: Rule[], signal: AbortSignal) => Promise<Histogram>,
    toError: (error: unknown, signal: AbortSignal) => AppErrorShape,
  ) {
    this.#fetch = fetch;
    this.#toError = toError;
  }

  /** Shows the counts of an opened rule; asks for what is not known. */
  show(rule: Rule, problems: readonly Problem[], definitions: Definitions): void {
    this.#shown = { rule, problems, definitions };
    const countable = listCountable(rule, problems);
    const needed = compose(countable, definitions).map(conditionKey);
    const answer = this.#answers.find((each) => needed.every((key) => each.keys.has(key)));
    const isBlocked = hasErrors(problems);
    if (answer !== undefined) {
      this.#stop();
      this.error = undefined;
      this.state = isBlocked ? 'blocked' : 'ready';
      this.#recount(answer);
      return;
    }
    this.#recount(this.#answers[0]);
    if (countable.length === 0 && isBlocked) {
      this.#stop();
      this.state = 'blocked';
      return;
    }
    this.state = 'waiting';
    this.error = undefined;
    const runs = this.#runningKeys;
    if (runs !== undefined && needed.every((key) => runs.has(key))) return;
    this.#stop();
    this.#timer = setTimeout(
      () => void this.#ask(countable, definitions),
      this.#answers.length === 0 ? 0 : CALM_MS,
    );
  }

  /** Counts anew, with the warehouse's rows as they are now. */
  refresh(): void {
    this.#answers = [];
    this.#stop();
    if (this.#shown !== undefined) this.show(this.#shown.rule, this.#shown.problems, this.#shown.definitions);
  }

  /** Ends what is under way. */
  close(): void {
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = undefined;
    this.#runningKeys = undefined;
  }

  async #ask(rules: readonly Rule[], definitions: Definitions): Promise<void> {
    const conditions = compose(rules, definitions);
    const keys = new Set(conditions.map(conditionKey));
    const controller = new AbortController();
    this.#running = controller;
    this.#runningKeys = keys;
    try {
      const histogram = await this.#fetch(rules.map(closeRule), controller.signal);
      if (controller.signal.aborted) return;
      this.#answers = [{ conditions, keys, histogram }, ...this.#answers].slice(0, MOST_ANSWERS);
      this.#running = undefined;
      this.#runningKeys = undefined;
      if (this.#shown !== undefined)
        this.show(this.#shown.rule, this.#shown.problems, this.#shown.definitions);
    } catch (cause) {
      if (controller.signal.aborted) return;
      this.#running = undefined;
      this.#runningKeys = undefined;
      this.error = this.#toError(cause, controller.signal);
      this.state = 'failed';
    }
  }

  #recount(answer: Answer | undefined): void {
    if (answer === undefined || this.#shown === undefined) return;
    const { rule, definitions } = this.#shown;
    const { histogram, conditions } = answer;
    const expressions = composeParts(rule, definitions, conditions);
    const parts = new Map<string, PartCount>();
    for (const { id } of listParts(rule)) {
      const expression = expressions.get(id);
      const before = this.parts.get(id);
      if (expression !== undefined && usesOnly(expression, conditions.length)) {
        parts.set(id, { count: countMatching(expression, histogram), stale: false });
      } else if (before !== undefined) {
        parts.set(id, { count: before.count, stale: true });
      }
    }
    this.total = histogram.total;
    this.asOf = histogram.asOf;
    this.parts = parts;
    this.steps = countSteps(rule, expressions, answer);
  }
}

/** The largest parts without an error, which together hold every condition that can be counted. */
function listCountable(rule: Rule, problems: readonly Problem[]): Rule[] {
  const errors = problems.filter((problem) => problem.severity === 'error');
  const visit = (node: Rule, where: string): Rule[] => {
    if (problemsWithin(errors, where).length === 0) return [node];
    if (node.kind === 'not') return visit(node.rule, `${where}.rule`);
    return isGroup(node) ? node.rules.flatMap((each, at) => visit(each, `${where}.rules[${at}]`)) : [];
  };
  return visit(rule, 'rule');
}

function compose(rules: readonly Rule[], definitions: Definitions): readonly LeafCondition[] {
  return composeRules(rules, definitions).conditions;
}

/** The expression of each part by its id; parts that cannot be composed are left out. */
function composeParts(
  rule: Rule,
  definitions: Definitions,
  known: readonly LeafCondition[],
): Map<string, BooleanExpression> {
  const parts = listParts(rule);
  const found = new Map<string, BooleanExpression>();
  try {
    const { nodes } = composeRules([rule], definitions, known);
    for (const { id, path } of parts) {
      const expression = nodes.get(path);
      if (expression !== undefined) found.set(id, expression);
    }
    return found;
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    // One part refers to something that is gone: the others are composed one by one.
    for (const part of parts) composePart(part.id, part.rule, definitions, known, found);
    return found;
  }
}

function composePart(
  id: string,
  rule: Rule,
  definitions: Definitions,
  known: readonly LeafCondition[],
  found: Map<string, BooleanExpression>,
): void {
  try {
    const [root] = composeRules([rule], definitions, known).roots;
    if (root !== undefined) found.set(id, root);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
  }
}

function usesOnly(expression: BooleanExpression, known: number): boolean {
  switch (expression.kind) {
    case 'constant':
      return true;
    case 'bit':
      return expression.index < known;
    case 'not':
      return usesOnly(expression.of, known);
    case 'all':
    case 'any':
      return expression.of.every((each) => usesOnly(each, known));
  }
}

function countSteps(
  rule: Rule,
  expressions: ReadonlyMap<string, BooleanExpression>,
  { histogram, conditions }: Answer,
): readonly number[] {
  const root = coreOf(rule);
  if (!isGroup(root)) return [];
  const of = root.rules.map((each) => expressions.get(idOf(each)));
  const counts: number[] = [];
  for (let end = 1; end <= of.length; end += 1) {
    const taken = of.slice(0, end).filter((each) => each !== undefined);
    const expression: BooleanExpression = { kind: root.kind, of: taken };
    if (taken.length < end || !usesOnly(expression, conditions.length)) break;
    counts.push(countMatching(expression, histogram));
  }
  return counts;
}
