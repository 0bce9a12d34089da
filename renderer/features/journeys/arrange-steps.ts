import { Graph, layout, type EdgeLabel, type GraphLabel, type NodeLabel } from '@dagrejs/dagre';
import { waysOf, type Layout, type Step } from '../../../electron/domain/journey.ts';

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
  return Object.fromEntries(
    steps.map((step) => {
      const { x = 0, y = 0 } = graph.node(step.id);
      // The layout tells the middle, the canvas the upper left corner.
      const spot = { x: Math.round(x - STEP_WIDTH / 2), y: Math.round(y - stepHeight(step) / 2) };
      return [step.id, spot];
    }),
  );
}
