import { sankey, sankeyLinkHorizontal, type SankeyLink, type SankeyNode } from 'd3-sankey';
import type { JourneyResults } from '../../../electron/contract/journeys.ts';

/** Customers who went from one step to another by one way. */
export interface Flow {
  readonly from: string;
  readonly way: string;
  /** Absent where their journey ended. */
  readonly to: string | undefined;
  readonly customers: number;
}

/** A node of the picture: a step, a way back to an earlier step, or the end. */
export interface FlowNode {
  readonly id: string;
  readonly kind: 'step' | 'again' | 'end';
  /** The step; of the end, none. */
  readonly step: string | undefined;
}

export interface FlowLink extends Flow {
  readonly source: string;
  readonly target: string;
  readonly value: number;
}

const END = 'end:';

/** The flows with customers. */
export function readFlows({ flows }: Pick<JourneyResults, 'flows'>): Flow[] {
  return flows.flatMap(({ step, way, to, customers }) =>
    customers > 0 ? [{ from: step, way, to, customers }] : [],
  );
}

/** The flows as a graph without circles: a way back to a step on the way there leads to a node of its own. */
export function graphFlows(flows: readonly Flow[]): {
  readonly nodes: FlowNode[];
  readonly links: FlowLink[];
} {
  const back = findBackFlows(flows);
  const nodes = new Map<string, FlowNode>();
  const add = (node: FlowNode): string => {
    if (!nodes.has(node.id)) nodes.set(node.id, node);
    return node.id;
  };
  const links = flows.map((flow): FlowLink => {
    const source = add({ id: flow.from, kind: 'step', step: flow.from });
    const target = add(targetOf(flow, back.has(flow)));
    return { ...flow, source, target, value: flow.customers };
  });
  return { nodes: [...nodes.values()], links };
}

function targetOf({ to }: Flow, isBack: boolean): FlowNode {
  if (to === undefined) return { id: END, kind: 'end', step: undefined };
  return isBack ? { id: `again:${to}`, kind: 'again', step: to } : { id: to, kind: 'step', step: to };
}

/** The flows that close a circle, found by going through the graph in depth. */
function findBackFlows(flows: readonly Flow[]): ReadonlySet<Flow> {
  const out = new Map<string, Flow[]>();
  for (const flow of flows) out.set(flow.from, [...(out.get(flow.from) ?? []), flow]);
  const back = new Set<Flow>();
  const done = new Set<string>();
  const path = new Set<string>();
  const visit = (id: string): void => {
    if (done.has(id)) return;
    path.add(id);
    for (const flow of out.get(id) ?? []) {
      if (flow.to === undefined) continue;
      if (path.has(flow.to)) back.add(flow);
      else visit(flow.to);
    }
    path.delete(id);
    done.add(id);
  };
  const reached = new Set(flows.map(({ to }) => to));
  for (const id of out.keys()) if (!reached.has(id)) visit(id);
  for (const id of out.keys()) visit(id);
  return back;
}

/** A node as it is drawn, in pixels. */
export interface DrawnNode extends FlowNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly customers: number;
  /** True in the last column, where the name stands before the node. */
  readonly isLast: boolean;
}

/** A link as it is drawn: its path, and how thick it is in pixels. */
export interface DrawnLink extends FlowLink {
  readonly path: string;
  readonly thickness: number;
}

/** The picture of flows with its size in pixels. */
export interface FlowPicture {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly DrawnNode[];
  readonly links: readonly DrawnLink[];
}

const NODE_WIDTH = 10;
const COLUMN = 140;
const ROW = 54;
const MARGIN = 8;

/** Lays flows out from left to right; undefined where there are none. */
export function drawFlows(flows: readonly Flow[]): FlowPicture | undefined {
  const graph = graphFlows(flows);
  if (graph.links.length === 0) return undefined;
  const lay = sankey<FlowNode, FlowLink>()
    .nodeId(({ id }) => id)
    .nodeWidth(NODE_WIDTH)
    .nodePadding(26);
  // The number of columns is known once it is laid out: the size follows it.
  const { nodes: first } = lay(copyGraph(graph));
  const columns = countColumns(first);
  const rows = Math.max(...columns.values());
  const width = Math.max(columns.size, 2) * COLUMN;
  const height = Math.max(rows, 2) * ROW + 2 * MARGIN;
  const { nodes, links } = lay.extent([
    [MARGIN, MARGIN],
    [width - MARGIN, height - MARGIN],
  ])(copyGraph(graph));
  const path = sankeyLinkHorizontal<FlowNode, FlowLink>();
  return {
    width,
    height,
    nodes: nodes.map((node) => drawNode(node, width)),
    links: links.map((link) => ({
      ...pickLink(link),
      path: path(link) ?? '',
      thickness: Math.max(link.width ?? 0, 1),
    })),
  };
}

/** The layout writes into what it is given. */
function copyGraph({ nodes, links }: { nodes: readonly FlowNode[]; links: readonly FlowLink[] }) {
  return { nodes: nodes.map((each) => ({ ...each })), links: links.map((each) => ({ ...each })) };
}

/** How many nodes stand in each column, by its place. */
function countColumns(nodes: readonly SankeyNode<FlowNode, FlowLink>[]): ReadonlyMap<number, number> {
  const columns = new Map<number, number>();
  for (const { x0 = 0 } of nodes) columns.set(x0, (columns.get(x0) ?? 0) + 1);
  return columns;
}

function drawNode(node: SankeyNode<FlowNode, FlowLink>, width: number): DrawnNode {
  const { id, kind, step, x0 = 0, x1 = 0, y0 = 0, y1 = 0, value = 0 } = node;
  return {
    id,
    kind,
    step,
    x: x0,
    y: y0,
    width: x1 - x0,
    height: Math.max(y1 - y0, 1),
    customers: value,
    isLast: x1 > width - MARGIN - 1,
  };
}

function pickLink({
  from,
  way,
  to,
  customers,
  value,
  target,
  source,
}: SankeyLink<FlowNode, FlowLink>): FlowLink {
  const idOf = (end: string | number | FlowNode): string => (typeof end === 'object' ? end.id : String(end));
  return { from, way, to, customers, value, source: idOf(source), target: idOf(target) };
}
