import { tick } from 'svelte';
import { readEdgeId } from './canvas-graph.ts';
import type { Canvas } from './canvas-view.svelte.ts';
import type { JourneyEditor } from './journey-editor.svelte.ts';

/** How far an arrow key moves a step, in pixels; with Shift, four times as far. */
const NUDGE = 16;
const ARROWS: Readonly<Record<string, { readonly x: number; readonly y: number }>> = {
  ArrowLeft: { x: -NUDGE, y: 0 },
  ArrowRight: { x: NUDGE, y: 0 },
  ArrowUp: { x: 0, y: -NUDGE },
  ArrowDown: { x: 0, y: NUDGE },
};

/** The id of the step or way that has the focus itself, not a button within it. */
function focusedId(event: KeyboardEvent, kind: 'node' | 'edge'): string | undefined {
  const { target } = event;
  if (!(target instanceof Element) || !target.classList.contains(`svelte-flow__${kind}`)) return undefined;
  return target.getAttribute('data-id') ?? undefined;
}

/** Puts the focus into the form of the open step. */
export async function focusForm(): Promise<void> {
  await tick();
  document.querySelector<HTMLElement>('[data-step-form] input:not(:disabled)')?.focus();
}

/**
 * The keys of the canvas: Enter opens the form of a step, arrows move it, Delete removes steps or disconnects a way, Escape selects nothing;
 * with Ctrl or Cmd, C, V and D copy, paste and duplicate, A selects all. @returns true where the key was one of these
 */
export function handleCanvasKey(event: KeyboardEvent, editor: JourneyEditor, canvas: Canvas): boolean {
  if (event.altKey) return false;
  if (event.ctrlKey || event.metaKey) return handleChord(event.key.toLowerCase(), editor);
  const node = focusedId(event, 'node');
  const edge = focusedId(event, 'edge');
  const arrow = ARROWS[event.key];
  if (arrow !== undefined) {
    const ids = node === undefined || editor.selected.includes(node) ? editor.selected : [node];
    if (ids.length === 0 || (node === undefined && editor.selected.length === 0)) return false;
    const times = event.shiftKey ? 4 : 1;
    canvas.nudge(ids, { x: arrow.x * times, y: arrow.y * times });
    return true;
  }
  switch (event.key) {
    case 'Enter':
    case ' ':
      return open(event.key, node, edge, editor);
    case 'Delete':
    case 'Backspace':
      if (isControl(event.target)) return false;
      return remove(node, edge, editor);
    case 'Escape':
      if (editor.selected.length === 0 && editor.selection.way === undefined) return false;
      editor.selection.select([]);
      editor.selection.selectWay(undefined);
      return true;
    default:
      return false;
  }
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}

function handleChord(key: string, editor: JourneyEditor): boolean {
  switch (key) {
    case 'c':
      editor.copy();
      return true;
    case 'v':
      editor.paste();
      return true;
    case 'd':
      editor.duplicate();
      return true;
    case 'a':
      editor.selection.select(editor.draft.value.steps.map(({ id }) => id));
      return true;
    default:
      return false;
  }
}

function open(
  key: string,
  node: string | undefined,
  edge: string | undefined,
  editor: JourneyEditor,
): boolean {
  if (edge !== undefined) editor.selection.selectWay(readEdgeId(edge));
  else if (node === undefined) return false;
  else if (key === 'Enter') {
    editor.selection.select([node]);
    editor.selection.tab = 'step';
    void focusForm();
  } else {
    const others = editor.selected.filter((id) => id !== node);
    editor.selection.select(others.length < editor.selected.length ? others : [...others, node]);
  }
  return true;
}

function remove(node: string | undefined, edge: string | undefined, editor: JourneyEditor): boolean {
  const way = edge === undefined ? editor.selection.way : readEdgeId(edge);
  if (way !== undefined) editor.connect(way, undefined);
  else if (node !== undefined && !editor.selected.includes(node)) editor.remove([node]);
  else editor.remove(editor.selected);
  return true;
}
