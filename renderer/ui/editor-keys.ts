/** What the keys of an editor do. */
export interface EditorActs {
  readonly save: () => void;
  readonly undo: () => void;
  readonly redo: () => void;
}

/** Ctrl or Cmd with S saves, with Z undoes, with Shift+Z or Y redoes. An open dialog keeps its keys to itself. */
export function handleEditorKey(event: KeyboardEvent, { save, undo, redo }: EditorActs): void {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (document.querySelector('[role="dialog"], [role="alertdialog"]') !== null) return;
  const key = event.key.toLowerCase();
  if (key === 's') save();
  else if (key === 'z' && !event.shiftKey) undo();
  else if ((key === 'z' && event.shiftKey) || key === 'y') redo();
  else return;
  event.preventDefault();
}
