import { describe, expect, it } from 'vitest';
import type { JourneyCounts } from '../../../../electron/contract/journeys.ts';
import type { Step } from '../../../../electron/domain/journey.ts';
import type { TraceRow } from '../../../../electron/domain/tick.ts';
import { stepFigure, wayFigure } from '../../../../renderer/features/journeys/figures.ts';
import { drawFlows, graphFlows, type Flow } from '../../../../renderer/features/journeys/sankey-graph.ts';
import { describeTraceRow } from '../../../../renderer/text/journey-trace.ts';
import { describeEnd, describeNotSent, nameWay } from '../../../../renderer/text/journey-words.ts';

const flow = (from: string, to: string | undefined, customers = 5, way = 'next'): Flow => ({
  from,
  way,
  to,
  customers,
});

describe('the picture of flows', () => {
  it('leads a way back to an earlier step into a node of its own', () => {
    const { nodes, links } = graphFlows([
      flow('a', 'b'),
      flow('b', 'c'),
      flow('c', 'a'),
      flow('c', 'c'),
      flow('b', undefined),
    ]);
    expect(nodes.map(({ id }) => id).sort()).toEqual(['a', 'again:a', 'again:c', 'b', 'c', 'end:']);
    expect(links.map(({ source, target }) => `${source} ${target}`)).toEqual([
      'a b',
      'b c',
      'c again:a',
      'c again:c',
      'b end:',
    ]);
  });

  it('starts where nobody came from, whatever the order, also in a mere circle', () => {
    const { links } = graphFlows([flow('c', 'b'), flow('b', 'c'), flow('a', 'b')]);
    expect(links.map(({ target }) => target)).toEqual(['again:b', 'c', 'b']);
    expect(drawFlows([flow('a', 'b'), flow('b', 'a')])?.nodes).toHaveLength(3);
  });

  it('is laid out within its size, or not at all without flows', () => {
    expect(drawFlows([])).toBeUndefined();
    const picture = drawFlows([flow('a', 'b', 3, 'x'), flow('a', 'b', 4, 'y'), flow('b', undefined, 7)]);
    expect(picture?.links).toHaveLength(3);
    for (const { x, y, width, height } of picture?.nodes ?? []) {
      expect(
        x >= 0 && y >= 0 && x + width <= (picture?.width ?? 0) && y + height <= (picture?.height ?? 0),
      ).toBe(true);
    }
    expect(picture?.nodes.find(({ id }) => id === 'b')?.customers).toBe(7);
  });
});

describe('the words of a trace', () => {
  const split: Step = {
    kind: 'audience-split',
    id: 'split',
    branches: [
      { id: 'm', name: 'Email', audience: 'a' },
      { id: 'f', name: 'Facebook', audience: 'b' },
    ],
    others: {},
  };
  const find = (_version: number, id: string): Step | undefined => (id === 'split' ? split : undefined);
  const row: TraceRow = {
    tick: 1,
    at: '2026-11-20T00:00:00.000Z',
    entry: 1,
    kind: 'sent',
    version: 1,
    step: 'x',
  };
  const passed: TraceRow = { ...row, kind: 'passed', step: 'split', way: 'b-m' };
  const lost: TraceRow = { ...row, kind: 'not-sent', step: 'split', way: 'b-f', reason: 'priority' };

  it('tell which branch won, by the same entry and tick', () => {
    const other: TraceRow = { ...passed, entry: 2, way: 'others' };
    expect(describeTraceRow(lost, [other, lost, passed], find)).toBe(
      'Not sent “Facebook” of “Audience split”: lost to branch “Email” by priority',
    );
    expect(describeTraceRow(lost, [lost], find)).toContain('lost to an earlier branch by priority');
  });

  it('name what is known, and show the rest as it is', () => {
    expect(describeTraceRow(row, [row], find)).toBe('Sent “x”');
    expect(describeTraceRow({ ...row, kind: 'not-sent', reason: 'capped' }, [], find)).toBe(
      'Not sent “x”: frequency cap reached',
    );
    expect(describeTraceRow({ ...row, kind: 'left', reason: 'of-later' }, [], find)).toBe(
      'Left at “x”: of-later',
    );
    expect(describeNotSent('toString')).toBe('toString');
    expect(describeEnd('goal')).toBe('reached the goal');
    expect([nameWay(split, 'b-f'), nameWay(split, 'held-out'), nameWay(undefined, 'b-old')]).toEqual([
      'Facebook',
      'Held out',
      'old',
    ]);
  });
});

describe('the figures of a draft', () => {
  const counts: JourneyCounts = {
    asOf: '2026-11-20T00:00:00.000Z',
    steps: [{ step: 'a', customers: 3 }],
    ways: [{ step: 'a', way: 'next', customers: 2 }],
    unknown: ['b'],
  };

  it('are counts, unknown, or none', () => {
    expect(stepFigure(counts, 'a', true)).toMatchObject({ kind: 'count', customers: 3, stale: true });
    expect(stepFigure(counts, 'b', false)).toMatchObject({ kind: 'unknown' });
    expect(stepFigure(counts, 'c', false)).toBeUndefined();
    expect(stepFigure(undefined, 'a', false)).toBeUndefined();
    expect(wayFigure(counts, { step: 'a', way: 'next' }, false)).toMatchObject({ customers: 2 });
    expect(wayFigure(counts, { step: 'a', way: 'other' }, false)).toBeUndefined();
  });
});
