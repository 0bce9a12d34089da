import { Graph, layout, type EdgeLabel, type GraphLabel, type NodeLabel } from '@dagrejs/dagre';
import type { Layout, Step } from '../../../electron/domain/journey.ts';
import { waysOf } from '../../../electron/domain/journey-ways.ts';

/** The size of a step on the canvas, in pixels; steps with more ways are higher. */
export const STEP_WIDTH = 236;
const HEAD_HEIGHT = 62;
const WAY_HEIGHT = 26;

/** How high a step is drawn, in pixels. */
export function stepHeight(step: Step): number {
  const ways = waysOf(step);
  return HEAD_HEIGHT + (ways.length > 1 ? ways.length * WAY_HEIGHT : 0);
}

/** Where steps stand when they are laid out from left to right by their ways. */
export function arrangeSteps(steps: readonly Step[]): Layout {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', ranksep: 96, nodesep: 40 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const step of steps) graph.setNode(step.id, { width: STEP_WIDTH, height: stepHeight(step) });
  for (const step of steps)
    for (const { key, next } of waysOf(step))
      if (next !== undefined && graph.hasNode(next)) graph.setEdge(step.id, next, {}, key);
  layout(graph);
  const middle = (id: string): number => graph.node(id).y ?? 0;
  // The layout does not know in which order a step lists its ways: where that is mostly upside down, so is the picture.
  const turn = isUpsideDown(steps, middle) ? -1 : 1;
  return Object.fromEntries(
    steps.map((step) => {
      const { x = 0 } = graph.node(step.id);
      // The layout tells the middle, the canvas the upper left corner.
      const y = turn * middle(step.id) - stepHeight(step) / 2;
      return [step.id, { x: Math.round(x - STEP_WIDTH / 2), y: Math.round(y) }];
    }),
  );
}

/** True where more followers of steps stand above a follower by an earlier way than below it. */
function isUpsideDown(steps: readonly Step[], middle: (id: string) => number): boolean {
  const ids = new Set(steps.map(({ id }) => id));
  let above = 0;
  for (const step of steps) {
    const followers = waysOf(step).flatMap(({ next }) =>
      next === undefined || !ids.has(next) ? [] : [next],
    );
    for (const [at, follower] of followers.entries()) {
      const before = followers[at - 1];
      if (before !== undefined) above += Math.sign(middle(before) - middle(follower));
    }
  }
  return above > 0;
}
