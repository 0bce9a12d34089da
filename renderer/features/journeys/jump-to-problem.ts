import { tick } from 'svelte';
import { jumpTo } from '../../ui/jump-to.ts';
import type { JourneyEditor } from './journey-editor.svelte.ts';

/** Opens the form that a problem is about, with the focus at its place. */
export async function jumpToProblem(editor: JourneyEditor, where: string): Promise<void> {
  const step = editor.stepOf({ where });
  if (step !== undefined) editor.selection.reveal(step.id);
  else if (where !== 'name') editor.selection.tab = 'rules';
  await tick();
  // The parts of a delivery carry their paths within it.
  jumpTo(where.replace(/^steps\[\d+\]\.activation\./, ''));
}
