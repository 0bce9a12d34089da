import { describe, expect, it, vi } from 'vitest';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import { checkRule } from '../../../electron/domain/check-rule.ts';
import type { Definitions } from '../../../electron/domain/composition.ts';
import type { Histogram } from '../../../electron/domain/histogram.ts';
import type { Rule } from '../../../electron/domain/rule.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import { LiveCounts } from '../../../renderer/features/audiences/live-counts.svelte.ts';
import {
  closeRule,
  insertPart,
  listParts,
  openRule,
  removePart,
  setGroupKind,
  toggleNot,
} from '../../../renderer/features/audiences/rule-tree.ts';
import { countHistogram, countMembers } from '../support/small-retail.ts';

const definitions: Definitions = { model: sampleModel(), audiences: [] };
const FAILURE: AppErrorShape = {
  code: 'TIMEOUT',
  message: 'The warehouse did not answer.',
  help: 'Try again.',
  retry: 'later',
};

function score(id: string, category: string, least: number): Rule {
  return {
    kind: 'condition',
    id,
    condition: {
      kind: 'related',
      entity: 'propensity-scores',
      where: [
        { column: 'category', test: { op: 'equals', value: category } },
        { column: 'score', test: { op: 'at-least', value: least } },
      ],
      measure: { of: 'exists' },
    },
  };
}

function inCity(id: string, city: string): Rule {
  return {
    kind: 'condition',
    id,
    condition: { kind: 'attribute', entity: 'customer', column: 'city', test: { op: 'equals', value: city } },
  };
}

const start = openRule({
  kind: 'all',
  id: 'root',
  rules: [score('bread', 'bread', 0.66), { kind: 'any', id: 'group', rules: [inCity('lyon', 'Lyon')] }],
});

type Ask = { rules: Rule[]; signal: AbortSignal };

function setUp(
  answer: (rules: Rule[]) => Promise<Histogram> = async (rules) => countHistogram(rules, definitions),
) {
  const asked: Ask[] = [];
  const counts = new LiveCounts(
    (rules, signal) => {
      asked.push({ rules, signal });
      return answer(rules);
    },
    () => FAILURE,
  );
  const show = (rule: Rule): void => counts.show(rule, checkRule(rule, definitions), definitions);
  return { counts, asked, show };
}

async function settle(counts: LiveCounts): Promise<void> {
  await vi.waitFor(() => expect(counts.state).not.toBe('waiting'), { timeout: 3000 });
}

/** Every part has the count that the oracle gives for it alone. */
function expectExact(counts: LiveCounts, rule: Rule): void {
  for (const part of listParts(rule)) {
    expect(counts.parts.get(part.id)).toEqual({
      count: countMembers(closeRule(part.rule), definitions),
      stale: false,
    });
  }
}

describe('live counts', () => {
  it('count every part by one question', async () => {
    const { counts, asked, show } = setUp();
    show(start);
    await settle(counts);
    expect(asked).toHaveLength(1);
    expect(counts.state).toBe('ready');
    expect(counts.total).toBe(60);
    expectExact(counts, start);
  });

  it('recount every recomposition of known conditions at once and ask nothing', async () => {
    const { counts, asked, show } = setUp();
    show(start);
    await settle(counts);
    for (const next of [
      setGroupKind(start, 'root', 'any'),
      toggleNot(start, 'bread'),
      toggleNot(toggleNot(start, 'group'), 'root'),
      insertPart(start, 'group', score('again', 'bread', 0.66)),
      removePart(start, 'bread'),
    ]) {
      show(next);
      expect(counts.state).toBe('ready');
      expectExact(counts, next);
    }
    expect(asked).toHaveLength(1);
  });

  it('say how many are left after each part of the rule', async () => {
    const { counts, show } = setUp();
    show(start);
    await settle(counts);
    const [bread] = counts.steps;
    expect(bread).toBe(countMembers(score('bread', 'bread', 0.66), definitions));
    expect(counts.steps.at(-1)).toBe(counts.parts.get('root')?.count);
  });

  it('ask once for quick changes, and keep the old counts of what changed as stale meanwhile', async () => {
    const { counts, asked, show } = setUp();
    show(start);
    await settle(counts);
    const before = counts.parts.get('bread')?.count;
    for (const least of [0.1, 0.2, 0.3]) {
      show(openRule({ kind: 'all', id: 'root', rules: [score('bread', 'bread', least)] }));
    }
    expect(counts.state).toBe('waiting');
    expect(counts.parts.get('bread')).toEqual({ count: before, stale: true });
    await settle(counts);
    expect(asked).toHaveLength(2);
    expectExact(counts, openRule({ kind: 'all', id: 'root', rules: [score('bread', 'bread', 0.3)] }));
  });

  it('end a question that is no longer of use', async () => {
    let release: (() => void) | undefined;
    const { counts, asked, show } = setUp(async (rules) => {
      await new Promise<void>((resolve) => (release = resolve));
      return countHistogram(rules, definitions);
    });
    show(start);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    const changed = openRule({ kind: 'all', id: 'root', rules: [inCity('chicago', 'Chicago')] });
    show(changed);
    expect(asked[0]?.signal.aborted).toBe(true);
    release?.();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    release?.();
    await settle(counts);
    expectExact(counts, changed);
  });

  it('go on with a question that already asks for what is needed', async () => {
    let release: (() => void) | undefined;
    const { counts, asked, show } = setUp(async (rules) => {
      await new Promise<void>((resolve) => (release = resolve));
      return countHistogram(rules, definitions);
    });
    show(start);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    const changed = setGroupKind(start, 'root', 'any');
    show(changed);
    release?.();
    await settle(counts);
    expect(asked).toHaveLength(1);
    expectExact(counts, changed);
  });

  it('need no question for a step back', async () => {
    const { counts, asked, show } = setUp();
    show(start);
    await settle(counts);
    show(openRule({ kind: 'all', id: 'root', rules: [inCity('chicago', 'Chicago')] }));
    await settle(counts);
    show(start);
    expect(counts.state).toBe('ready');
    expectExact(counts, start);
    expect(asked).toHaveLength(2);
  });

  it('ask for nothing that is wrong, and count the rest', async () => {
    const { counts, asked, show } = setUp();
    const broken: Rule = {
      kind: 'condition',
      id: 'broken',
      condition: {
        kind: 'attribute',
        entity: 'customer',
        column: 'birth_year',
        test: { op: 'at-least', value: 'old' },
      },
    };
    const rule = openRule({ kind: 'all', id: 'root', rules: [inCity('lyon', 'Lyon'), broken] });
    show(rule);
    await settle(counts);
    expect(counts.state).toBe('blocked');
    expect(asked.map((each) => each.rules)).toEqual([[closeRule(inCity('lyon', 'Lyon'))]]);
    expect(counts.parts.get('lyon')?.count).toBe(countMembers(inCity('lyon', 'Lyon'), definitions));
    expect(counts.parts.get('broken')).toBeUndefined();
    expect(counts.parts.get('root')).toBeUndefined();
  });

  it('ask nothing at all while nothing can be counted', async () => {
    const { counts, asked, show } = setUp();
    show(openRule({ kind: 'audience', audience: 'nobody', id: 'gone' }));
    expect(counts.state).toBe('blocked');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).toHaveLength(0);
  });

  it('show a failure, keep what was counted, and ask again on request', async () => {
    let fails = false;
    const { counts, asked, show } = setUp(async (rules) => {
      if (fails) throw new Error('no answer');
      return countHistogram(rules, definitions);
    });
    show(start);
    await settle(counts);
    fails = true;
    const changed = openRule({ kind: 'all', id: 'root', rules: [score('bread', 'bread', 0.5)] });
    show(changed);
    await settle(counts);
    expect(counts.state).toBe('failed');
    expect(counts.error).toEqual(FAILURE);
    expect(counts.parts.get('bread')?.stale).toBe(true);
    fails = false;
    counts.refresh();
    await settle(counts);
    expect(counts.error).toBeUndefined();
    expect(asked).toHaveLength(3);
    expectExact(counts, changed);
  });
});
