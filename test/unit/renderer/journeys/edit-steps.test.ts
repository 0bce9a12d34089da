import { describe, expect, it } from 'vitest';
import { StepId, type Step } from '../../../../electron/domain/journey.ts';
import { waysOf } from '../../../../electron/domain/journey-ways.ts';
import { arrangeSteps } from '../../../../renderer/features/journeys/arrange-steps.ts';
import {
  deriveEdges,
  deriveNodes,
  edgeId,
  readEdgeId,
} from '../../../../renderer/features/journeys/canvas-graph.ts';
import {
  ADDED_KINDS,
  addStep,
  connect,
  copySteps,
  freeBranchId,
  pasteSteps,
  removeSteps,
} from '../../../../renderer/features/journeys/edit-steps.ts';
import { openJourney, type JourneyDraft } from '../../../../renderer/features/journeys/journey-draft.ts';
import { openDelivery } from '../../../../renderer/ui/delivery/delivery-draft.ts';

const STEPS: Step[] = [
  { kind: 'entry', id: 'entry', audience: 'a', next: 'split' },
  {
    kind: 'audience-split',
    id: 'split',
    branches: [{ id: 'x', name: 'X', audience: 'b', next: 'send' }],
    others: { next: 'wait' },
  },
  { kind: 'activate', id: 'send', next: 'wait' },
  { kind: 'wait', id: 'wait', wait: { for: { amount: 1, unit: 'days' } }, next: 'split' },
];
const DRAFT: JourneyDraft = {
  ...openJourney(undefined),
  steps: STEPS,
  layout: arrangeSteps(STEPS),
  deliveries: { send: openDelivery(undefined) },
};

const listWays = ({ steps }: Pick<JourneyDraft, 'steps'>): string[] =>
  steps.flatMap((step) => waysOf(step).map(({ key, next }) => `${step.id} ${key} ${next ?? '-'}`));

describe('the canvas of a draft', () => {
  it('has a node for each step where the layout says, or where it is dragged to', () => {
    const view = { spots: { send: { x: 7, y: 8 } }, sizes: new Map(), selected: ['wait'] };
    const nodes = deriveNodes(DRAFT, view);
    expect(nodes.map(({ id }) => id)).toEqual(['entry', 'split', 'send', 'wait']);
    expect(nodes[0]?.position).toEqual(DRAFT.layout['entry']);
    expect(nodes[2]?.position).toEqual({ x: 7, y: 8 });
    expect(nodes.filter(({ selected }) => selected).map(({ id }) => id)).toEqual(['wait']);
  });

  it('has an edge for each way that leads to a step which is there', () => {
    const gone = connect(DRAFT, { step: 'send', way: 'next' }, 'nobody');
    const edges = deriveEdges(gone.steps, { step: 'split', way: 'others' });
    expect(edges.map(({ id, target }) => `${id} ${target}`)).toEqual([
      'entry/next split',
      'split/b-x send',
      'split/others wait',
      'wait/next split',
    ]);
    expect(edges.map(({ selected }) => selected)).toEqual([false, false, true, false]);
    expect(edges[1]?.data?.name).toBe('X');
    expect(readEdgeId(edgeId({ step: 'split', way: 'b-x' }))).toEqual({ step: 'split', way: 'b-x' });
  });

  it('is laid out from left to right, also with a circle', () => {
    const { entry, split, send } = arrangeSteps(STEPS);
    expect((entry?.x ?? 0) < (split?.x ?? 0) && (split?.x ?? 0) < (send?.x ?? 0)).toBe(true);
  });
});

describe('steps', () => {
  it('are added with ids that are valid and free', () => {
    let draft = DRAFT;
    for (const kind of [...ADDED_KINDS, ...ADDED_KINDS]) draft = addStep(draft, kind, {}).draft;
    const ids = draft.steps.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(StepId.safeParse(id).success).toBe(true);
    const spots = Object.values(draft.layout).map(({ x, y }) => `${x} ${y}`);
    expect(new Set(spots).size).toBe(spots.length);
  });

  it('are put into a way, which goes on by their first way', () => {
    const { draft } = addStep(DRAFT, 'wait-until', { from: { step: 'split', way: 'b-x' } });
    expect(listWays(draft)).toContain('split b-x wait-until-1');
    expect(listWays(draft)).toContain('wait-until-1 met send');
    expect(listWays(draft)).toContain('wait-until-1 timeout -');
  });

  it('end a way that leads on where they have no way of their own', () => {
    const { draft } = addStep(DRAFT, 'exit', { from: { step: 'split', way: 'b-x' } });
    expect(listWays(draft)).toContain('split b-x exit-1');
  });

  it('are removed with the ways to them, their spots and what they send', () => {
    const draft = removeSteps(DRAFT, ['send', 'entry']);
    expect(listWays(draft)).toEqual([
      'entry next split',
      'split b-x -',
      'split others wait',
      'wait next split',
    ]);
    expect(Object.keys(draft.layout)).not.toContain('send');
    expect(draft.deliveries).toEqual({});
    expect(removeSteps(DRAFT, ['entry'])).toBe(DRAFT);
  });

  it('are pasted with new ids, their ways among themselves, and what they send', () => {
    const { draft, ids } = pasteSteps(DRAFT, copySteps(DRAFT, ['entry', 'split', 'send']));
    expect(ids).toEqual(['audience-split-1', 'activate-1']);
    expect(listWays(draft).slice(-3)).toEqual([
      'audience-split-1 b-x activate-1',
      'audience-split-1 others -',
      'activate-1 next -',
    ]);
    expect(draft.deliveries['activate-1']).toEqual(DRAFT.deliveries['send']);
    const again = pasteSteps(draft, copySteps(DRAFT, ['split'])).draft;
    expect(again.layout['audience-split-2']).not.toEqual(draft.layout['audience-split-1']);
  });

  it('give branches ids of 40 characters at most', () => {
    const id = freeBranchId('Ä'.repeat(80), ['a'.repeat(32)]);
    expect(StepId.safeParse(id).success).toBe(true);
  });
});
