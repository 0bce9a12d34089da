import type { Layout, StepId } from '../../../electron/domain/journey.ts';
import { deriveEdges, deriveNodes, type CanvasView, type StepNode, type WayEdge } from './canvas-graph.ts';
import type { JourneyEditor } from './journey-editor.svelte.ts';

/**
 * The canvas of a journey: nodes and edges are derived from the draft, and what the canvas library writes into them is read back: sizes,
 * spots while steps are dragged, and the selection. The draft changes once a drag has ended.
 */
export class Canvas {
  #spots = $state.raw<Layout>({});
  #sizes = $state.raw<CanvasView['sizes']>(new Map());
  readonly #editor: JourneyEditor;
  readonly #nodes: StepNode[] = $derived.by(() =>
    deriveNodes(this.#editor.draft.value, {
      spots: this.#spots,
      sizes: this.#sizes,
      selected: this.#editor.selected,
    }),
  );
  readonly #edges: WayEdge[] = $derived.by(() =>
    deriveEdges(this.#editor.draft.value.steps, this.#editor.selection.way),
  );

  constructor(editor: JourneyEditor) {
    this.#editor = editor;
  }

  get nodes(): StepNode[] {
    return this.#nodes;
  }

  set nodes(next: StepNode[]) {
    this.#readSizes(next);
    this.#readSpots(next);
    this.#editor.selection.select(next.filter(({ selected }) => selected === true).map(({ id }) => id));
  }

  get edges(): WayEdge[] {
    return this.#edges;
  }

  set edges(next: WayEdge[]) {
    // A new connection comes as an edge as well: it is taken by `connect`, not from here.
    const known = new Set(this.#edges.map(({ id }) => id));
    const chosen = next.find(({ id, selected }) => selected === true && known.has(id));
    if (chosen?.data !== undefined) this.#editor.selection.selectWay(chosen.data.way);
    else if (this.#editor.selection.way !== undefined) this.#editor.selection.selectWay(undefined);
  }

  /** Takes the spots of a drag that has ended over to the draft, as one step. */
  endDrag(): void {
    const spots = Object.fromEntries(
      Object.entries(this.#spots).map(([id, { x, y }]) => [id, { x: Math.round(x), y: Math.round(y) }]),
    );
    this.#spots = {};
    if (Object.keys(spots).length > 0) this.#editor.move(spots);
  }

  /** Moves steps by so many pixels. */
  nudge(ids: readonly StepId[], by: { readonly x: number; readonly y: number }): void {
    const { layout } = this.#editor.draft.value;
    const spots: Layout = {};
    for (const id of ids) {
      const { x, y } = layout[id] ?? { x: 0, y: 0 };
      spots[id] = { x: x + by.x, y: y + by.y };
    }
    this.#editor.move(spots);
  }

  #readSizes(next: readonly StepNode[]): void {
    const isKnown = ({ id, measured }: StepNode): boolean => {
      const size = this.#sizes.get(id);
      return measured?.width === size?.width && measured?.height === size?.height;
    };
    if (next.every(isKnown)) return;
    this.#sizes = new Map(
      next.flatMap(({ id, measured }) =>
        measured?.width === undefined || measured.height === undefined
          ? []
          : [[id, { width: measured.width, height: measured.height }]],
      ),
    );
  }

  #readSpots(next: readonly StepNode[]): void {
    const { layout } = this.#editor.draft.value;
    const moved = next.filter(({ id, position }) => {
      const spot = this.#spots[id] ?? layout[id] ?? { x: 0, y: 0 };
      return spot.x !== position.x || spot.y !== position.y;
    });
    if (moved.length === 0) return;
    this.#spots = { ...this.#spots, ...Object.fromEntries(moved.map(({ id, position }) => [id, position])) };
  }
}
