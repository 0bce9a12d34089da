import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../electron/domain/rule.ts';
import {
  closeRule,
  coreOf,
  duplicatePart,
  findParent,
  idOf,
  insertPart,
  isGroup,
  listParts,
  movePart,
  openRule,
  removePart,
  replacePart,
  setGroupKind,
  shiftPart,
  toggleNot,
  unwrapGroup,
  wrapPart,
} from '../../../../renderer/features/audiences/rule-tree.ts';

const leaf = (audience: string, id?: string): Rule => ({
  kind: 'audience',
  audience,
  ...(id === undefined ? {} : { id }),
});

const { rule: anyRule } = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('audience' as const), audience: fc.constantFrom('a', 'b', 'c', 'd') }),
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      // Ids of files may repeat or look like the editor's own.
      id: fc.option(fc.constantFrom('one', 'one', '~1', 'two'), { nil: undefined }),
      rules: fc.array(tie('rule'), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), rule: tie('rule') }),
  ),
}));

/** Whether a customer who is in exactly these audiences meets the rule. */
function holds(rule: Rule, inside: ReadonlySet<string>): boolean {
  switch (rule.kind) {
    case 'all':
      return rule.rules.every((each) => holds(each, inside));
    case 'any':
      return rule.rules.some((each) => holds(each, inside));
    case 'not':
      return !holds(rule.rule, inside);
    case 'audience':
      return inside.has(rule.audience);
    case 'condition':
      throw new Error('not part of these rules');
  }
}

const insides = fc.subarray(['a', 'b', 'c', 'd']).map((names) => new Set(names));

function ids(rule: Rule): string[] {
  return listParts(rule).map((part) => part.id);
}

function names(rule: Rule): string[] {
  return listParts(rule).flatMap((part) => {
    const core = coreOf(part.rule);
    return core.kind === 'audience' ? [core.audience] : [];
  });
}

describe('a rule in the editor', () => {
  it('keeps its meaning when it is opened and closed, whatever stands in the file', () => {
    fc.assert(
      fc.property(anyRule, insides, (rule, inside) => {
        const opened = openRule(rule);
        expect(holds(opened, inside)).toBe(holds(rule, inside));
        expect(holds(closeRule(opened), inside)).toBe(holds(rule, inside));
        expect(isGroup(coreOf(opened))).toBe(true);
      }),
    );
  });

  it('gives each part an id of its own and saves none of those it made', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        const opened = openRule(rule);
        expect(new Set(ids(opened)).size).toBe(ids(opened).length);
        expect(JSON.stringify(closeRule(opened))).not.toContain('~');
      }),
    );
  });

  it('keeps an id that the file gave', () => {
    const opened = openRule({ kind: 'all', id: 'root', rules: [leaf('a', 'first')] });
    expect(ids(opened)).toEqual(['root', 'first']);
    expect(closeRule(opened)).toEqual({ kind: 'all', id: 'root', rules: [leaf('a', 'first')] });
  });

  it('places parts in the composition and in the document', () => {
    const opened = openRule({
      kind: 'not',
      rule: { kind: 'all', rules: [leaf('a'), { kind: 'not', rule: { kind: 'any', rules: [leaf('b')] } }] },
    });
    expect(listParts(opened).map(({ path, where }) => [path, where])).toEqual([
      ['0', 'rule'],
      ['0.0.0', 'rule.rule.rules[0]'],
      ['0.0.1', 'rule.rule.rules[1]'],
      ['0.0.1.0.0', 'rule.rule.rules[1].rule.rules[0]'],
    ]);
  });
});

describe('edits of a rule', () => {
  const rule = openRule({
    kind: 'all',
    id: 'root',
    rules: [
      leaf('a', 'a'),
      { kind: 'any', id: 'group', rules: [leaf('b', 'b'), leaf('c', 'c')] },
      leaf('d', 'd'),
    ],
  });

  it('change one part and leave the others the same objects', () => {
    const next = replacePart(rule, 'b', (part) =>
      part.kind === 'audience' ? { ...part, audience: 'x' } : part,
    );
    expect(names(next)).toEqual(['a', 'x', 'c', 'd']);
    const [before, after] = [coreOf(rule), coreOf(next)];
    if (!isGroup(before) || !isGroup(after)) throw new Error('the root is a group');
    expect(after.rules[0]).toBe(before.rules[0]);
    expect(replacePart(rule, 'nobody', (part) => part)).toBe(rule);
  });

  it('insert, remove, duplicate and join', () => {
    expect(names(insertPart(rule, 'group', leaf('x', 'x'), 1))).toEqual(['a', 'b', 'x', 'c', 'd']);
    expect(names(removePart(rule, 'group'))).toEqual(['a', 'd']);
    expect(removePart(rule, 'root')).toBe(rule);
    const { rule: doubled, copy } = duplicatePart(rule, 'group');
    expect(names(doubled)).toEqual(['a', 'b', 'c', 'b', 'c', 'd']);
    expect(new Set(ids(doubled)).size).toBe(ids(doubled).length);
    expect(findParent(doubled, copy)?.id).toBe('root');
    expect(coreOf(setGroupKind(rule, 'root', 'any')).kind).toBe('any');
  });

  it('turn `not` on and off without losing the part', () => {
    const negated = toggleNot(rule, 'b');
    expect(listParts(negated).find((part) => part.id === 'b')?.rule.kind).toBe('not');
    expect(toggleNot(negated, 'b')).toEqual(rule);
    expect(toggleNot(toggleNot(rule, 'root'), 'root')).toEqual(rule);
    expect(names(removePart(negated, 'b'))).toEqual(['a', 'c', 'd']);
  });

  it('wrap a part in a group and take it out again', () => {
    const wrapped = wrapPart(rule, 'a');
    const group = findParent(wrapped, 'a')?.id ?? '';
    expect(group).not.toBe('root');
    expect(unwrapGroup(wrapped, group)).toEqual(rule);
    const negated = toggleNot(wrapped, group);
    expect(unwrapGroup(negated, group)).toEqual(negated);
  });

  it('move a part within its group, into another and out of it', () => {
    expect(names(movePart(rule, 'a', 'root', 3))).toEqual(['b', 'c', 'd', 'a']);
    expect(names(movePart(rule, 'd', 'root', 0))).toEqual(['d', 'a', 'b', 'c']);
    expect(names(movePart(rule, 'a', 'group', 1))).toEqual(['b', 'a', 'c', 'd']);
    expect(movePart(rule, 'group', 'group', 0)).toBe(rule);
    expect(movePart(rule, 'a', 'root', 0)).toBe(rule);
    expect(movePart(rule, 'a', 'root', 1)).toBe(rule);
  });

  it('move by keys to the next place, and out of a nested group at its ends', () => {
    expect(names(shiftPart(rule, 'a', 1))).toEqual(['b', 'c', 'a', 'd']);
    expect(names(shiftPart(rule, 'c', -1))).toEqual(['a', 'c', 'b', 'd']);
    const out = shiftPart(rule, 'b', -1);
    expect(findParent(out, 'b')?.id).toBe('root');
    expect(names(out)).toEqual(['a', 'b', 'c', 'd']);
    expect(findParent(shiftPart(rule, 'c', 1), 'c')?.id).toBe('root');
    expect(shiftPart(rule, 'a', -1)).toBe(rule);
    expect(shiftPart(rule, 'd', 1)).toBe(rule);
  });

  it('never lose, double or rename a part by moving it', () => {
    fc.assert(
      fc.property(anyRule, fc.nat(), fc.nat(), fc.nat({ max: 4 }), (made, which, where, at) => {
        const opened = openRule(made);
        const parts = listParts(opened);
        const part = parts[which % parts.length];
        const groups = parts.filter((each) => isGroup(coreOf(each.rule)));
        const group = groups[where % groups.length];
        if (part === undefined || group === undefined) return;
        for (const moved of [
          movePart(opened, part.id, group.id, at),
          shiftPart(opened, part.id, 1),
          shiftPart(opened, part.id, -1),
        ]) {
          expect(ids(moved).sort()).toEqual(ids(opened).sort());
          expect(idOf(moved)).toBe(idOf(opened));
        }
      }),
    );
  });
});
