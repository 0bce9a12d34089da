import type { Rule } from '../../../electron/domain/rule.ts';

/** A rule that joins others. */
export type GroupRule = Extract<Rule, { kind: 'all' | 'any' }>;
/** A part of a group without the `not` that may stand around it. It carries the id that names the part in the editor. */
export type CoreRule = Exclude<Rule, { kind: 'not' }>;

/** Marks ids that the editor made: they are not saved. */
const MADE = '~';
let made = 0;

/** A new id of a part. */
export function makeNodeId(): string {
  made += 1;
  return `${MADE}${made}`;
}

/** True for a rule that joins others. */
export function isGroup(rule: Rule): rule is GroupRule {
  return rule.kind === 'all' || rule.kind === 'any';
}

/** The part without the `not` around it. */
export function coreOf(rule: Rule): CoreRule {
  return rule.kind === 'not' ? coreOf(rule.rule) : rule;
}

/** The id that names a part in the editor. */
export function idOf(rule: Rule): string {
  return coreOf(rule).id ?? '';
}

/**
 * A rule made ready for the editor, with the same meaning: its root is a group, no `not` stands around another, and each part has
 * an id of its own.
 */
export function openRule(rule: Rule): Rule {
  const seen = new Set<string>();
  const open = (node: Rule): Rule => {
    if (node.kind === 'not') {
      const inner = open(node.rule);
      return inner.kind === 'not' ? inner.rule : { kind: 'not', rule: inner };
    }
    const isUsable = node.id !== undefined && !node.id.startsWith(MADE) && !seen.has(node.id);
    const id = isUsable && node.id !== undefined ? node.id : makeNodeId();
    seen.add(id);
    return isGroup(node) ? { kind: node.kind, id, rules: node.rules.map(open) } : { ...node, id };
  };
  const opened = open(rule);
  return isGroup(coreOf(opened)) ? opened : { kind: 'all', id: makeNodeId(), rules: [opened] };
}

/** The rule as it is saved and sent: without the ids that the editor made. */
export function closeRule(rule: Rule): Rule {
  if (rule.kind === 'not') return { kind: 'not', rule: closeRule(rule.rule) };
  const { id, ...rest } = isGroup(rule) ? { ...rule, rules: rule.rules.map(closeRule) } : rule;
  return id === undefined || id.startsWith(MADE) ? rest : { ...rest, id };
}

/** A part of an opened rule with its place: in the editor (`id`), in its composition (`path`) and in its document (`where`). */
export interface PlacedRule {
  readonly id: string;
  readonly path: string;
  readonly where: string;
  /** The part with the `not` that may stand around it. */
  readonly rule: Rule;
}

/** Every part of an opened rule, the root first. */
export function listParts(rule: Rule, path = '0', where = 'rule'): PlacedRule[] {
  const parts: PlacedRule[] = [{ id: idOf(rule), path, where, rule }];
  const isNegated = rule.kind === 'not';
  const core = coreOf(rule);
  if (!isGroup(core)) return parts;
  const corePath = isNegated ? `${path}.0` : path;
  const coreWhere = isNegated ? `${where}.rule` : where;
  core.rules.forEach((each, at) =>
    parts.push(...listParts(each, `${corePath}.${at}`, `${coreWhere}.rules[${at}]`)),
  );
  return parts;
}

/** The part with this id, without a `not` around it. */
function findPart(rule: Rule, id: string): CoreRule | undefined {
  const found = listParts(rule).find((part) => part.id === id);
  return found === undefined ? undefined : coreOf(found.rule);
}

/** The group that holds the part, or undefined for the root. */
export function findParent(rule: Rule, id: string): GroupRule | undefined {
  for (const part of listParts(rule)) {
    const core = coreOf(part.rule);
    if (isGroup(core) && core.rules.some((each) => idOf(each) === id)) return core;
  }
  return undefined;
}

/** Puts what `edit` returns in the place of a part; its `not` stays around it. */
export function replacePart(rule: Rule, id: string, edit: (part: CoreRule) => CoreRule): Rule {
  if (rule.kind === 'not') {
    const inner = replacePart(rule.rule, id, edit);
    return inner === rule.rule ? rule : { ...rule, rule: inner };
  }
  if (rule.id === id) return edit(rule);
  if (!isGroup(rule)) return rule;
  const rules = rule.rules.map((each) => replacePart(each, id, edit));
  return rules.every((each, at) => each === rule.rules[at]) ? rule : { ...rule, rules };
}

/** Changes the list of a group. */
function editGroup(rule: Rule, groupId: string, edit: (rules: readonly Rule[]) => Rule[]): Rule {
  return replacePart(rule, groupId, (part) => (isGroup(part) ? { ...part, rules: edit(part.rules) } : part));
}

/** Adds a part to a group, at the end unless stated. */
export function insertPart(rule: Rule, groupId: string, part: Rule, at?: number): Rule {
  return editGroup(rule, groupId, (rules) => {
    const index = at ?? rules.length;
    return [...rules.slice(0, index), part, ...rules.slice(index)];
  });
}

/** Takes a part away, its `not` with it. The root stays. */
export function removePart(rule: Rule, id: string): Rule {
  const parent = findParent(rule, id);
  if (parent?.id === undefined) return rule;
  return editGroup(rule, parent.id, (rules) => rules.filter((each) => idOf(each) !== id));
}

/** Puts a copy below a part. @returns the rule and the id of the copy. */
export function duplicatePart(rule: Rule, id: string): { rule: Rule; copy: string } {
  const parent = findParent(rule, id);
  const original = parent?.rules.find((each) => idOf(each) === id);
  if (parent?.id === undefined || original === undefined) return { rule, copy: id };
  const copy = withNewIds(original);
  const at = parent.rules.indexOf(original) + 1;
  return { rule: insertPart(rule, parent.id, copy, at), copy: idOf(copy) };
}

function withNewIds(rule: Rule): Rule {
  if (rule.kind === 'not') return { kind: 'not', rule: withNewIds(rule.rule) };
  const id = makeNodeId();
  return isGroup(rule) ? { ...rule, id, rules: rule.rules.map(withNewIds) } : { ...rule, id };
}

/** Turns the `not` around a part on or off, for the root too. */
export function toggleNot(rule: Rule, id: string): Rule {
  const flip = (node: Rule): Rule => {
    if (idOf(node) === id) return node.kind === 'not' ? node.rule : { kind: 'not', rule: node };
    if (node.kind === 'not') return { ...node, rule: flip(node.rule) };
    return isGroup(node) ? { ...node, rules: node.rules.map(flip) } : node;
  };
  return flip(rule);
}

/** Joins the parts of a group by the other word. */
export function setGroupKind(rule: Rule, id: string, kind: GroupRule['kind']): Rule {
  return replacePart(rule, id, (part) => (isGroup(part) ? { ...part, kind } : part));
}

/** Puts a part into a new group of its own, in its place. */
export function wrapPart(rule: Rule, id: string): Rule {
  const parent = findParent(rule, id);
  if (parent?.id === undefined) return rule;
  return editGroup(rule, parent.id, (rules) =>
    rules.map((each) => (idOf(each) === id ? { kind: 'all', id: makeNodeId(), rules: [each] } : each)),
  );
}

/** Puts the parts of a group in its place. A negated group stays: taking it apart would change what it means. */
export function unwrapGroup(rule: Rule, id: string): Rule {
  const parent = findParent(rule, id);
  if (parent?.id === undefined) return rule;
  return editGroup(rule, parent.id, (rules) =>
    rules.flatMap((each) => (idOf(each) === id && isGroup(each) ? each.rules : [each])),
  );
}

/** True where the part stands in the subtree below `ancestor`, or is it. */
function isWithin(rule: Rule, id: string, ancestor: string): boolean {
  const top = findPart(rule, ancestor);
  return top !== undefined && listParts(top).some((part) => part.id === id);
}

/** Moves a part into a group, before the part that now stands at `at`. A group cannot be moved into itself. */
export function movePart(rule: Rule, id: string, groupId: string, at: number): Rule {
  const parent = findParent(rule, id);
  const part = parent?.rules.find((each) => idOf(each) === id);
  if (parent === undefined || part === undefined || isWithin(rule, groupId, id)) return rule;
  const from = parent.rules.indexOf(part);
  const sameGroup = parent.id === groupId;
  const to = sameGroup && from < at ? at - 1 : at;
  if (sameGroup && to === from) return rule;
  return insertPart(removePart(rule, id), groupId, part, to);
}

/** Moves a part one place up (−1) or down (1); at the end of a nested group, out of it. */
export function shiftPart(rule: Rule, id: string, step: 1 | -1): Rule {
  const parent = findParent(rule, id);
  if (parent?.id === undefined) return rule;
  const from = parent.rules.findIndex((each) => idOf(each) === id);
  const to = from + step;
  if (to >= 0 && to < parent.rules.length) return movePart(rule, id, parent.id, step === 1 ? to + 1 : to);
  const outer = findParent(rule, parent.id);
  if (outer?.id === undefined) return rule;
  const place = outer.rules.findIndex((each) => idOf(each) === parent.id);
  return movePart(rule, id, outer.id, step === 1 ? place + 1 : place);
}
