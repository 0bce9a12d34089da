import type { Edge, Node } from '@xyflow/svelte';
import type { Layout, Step, StepId } from '../../../electron/domain/journey.ts';
import { waysOf } from '../../../electron/domain/journey-ways.ts';
import { nameStep } from '../../text/journey-words.ts';
import { STEP_WIDTH, stepHeight } from './arrange-steps.ts';
import type { WayRef } from './edit-steps.ts';

/** A step on the canvas. */
export type StepNode = Node<{ readonly step: Step }, 'step'>;
/** A way that leads somewhere, on the canvas. */
export type WayEdge = Edge<{ readonly way: WayRef; readonly name: string }, 'way'>;

/** What the canvas knows of steps beside the draft: spots while they are dragged, sizes as they are drawn, and which are selected. */
export interface CanvasView {
  readonly spots: Layout;
  readonly sizes: ReadonlyMap<StepId, { readonly width: number; readonly height: number }>;
  readonly selected: readonly StepId[];
  readonly way: WayRef | undefined;
}

/** The handle by which ways come to a step. */
export const INWARD = 'in';

/** The steps of a journey as nodes. */
export function deriveNodes(
  { steps, layout }: { readonly steps: readonly Step[]; readonly layout: Layout },
  { spots, sizes, selected }: Omit<CanvasView, 'way'>,
): StepNode[] {
  return steps.map((step) => {
    const size = sizes.get(step.id);
    return {
      id: step.id,
      type: 'step',
      position: spots[step.id] ?? layout[step.id] ?? { x: 0, y: 0 },
      data: { step },
      selected: selected.includes(step.id),
      ariaLabel: nameStep(step),
      // What it takes until it is measured.
      initialWidth: STEP_WIDTH,
      initialHeight: stepHeight(step),
      ...(size === undefined ? {} : { measured: { ...size } }),
    };
  });
}

/** The ways of a journey that lead to a step which is there, as edges. */
export function deriveEdges(steps: readonly Step[], selected: WayRef | undefined): WayEdge[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  return steps.flatMap((step) =>
    waysOf(step).flatMap(({ key, name, next }) => {
      const to = next === undefined ? undefined : byId.get(next);
      if (to === undefined) return [];
      const edge: WayEdge = {
        id: edgeId({ step: step.id, way: key }),
        type: 'way',
        source: step.id,
        sourceHandle: key,
        target: to.id,
        targetHandle: INWARD,
        data: { way: { step: step.id, way: key }, name },
        selected: selected?.step === step.id && selected.way === key,
        ariaLabel: `${name === '' ? 'Way' : `Way “${name}”`} from ${nameStep(step)} to ${nameStep(to)}`,
      };
      return [edge];
    }),
  );
}

/** The id of the edge of a way. */
export function edgeId({ step, way }: WayRef): string {
  return `${step}/${way}`;
}

/** The way of an edge's id. */
export function readEdgeId(id: string): WayRef {
  const [step = '', way = ''] = id.split('/');
  return { step, way };
}
