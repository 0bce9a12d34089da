import type { AppErrorShape } from '../../electron/domain/app-error.ts';

/** A draft as its editor shows it. All members are read reactively. */
export interface ShownDraft {
  readonly isChanged: boolean;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

/** The editor of something with a name, as its frame shows it. All members are read reactively. */
export interface NamedEditor {
  readonly draft: ShownDraft & { readonly value: { readonly name: string } };
  readonly saving: { readonly isBusy: boolean; readonly error: AppErrorShape | undefined };
  rename(name: string): void;
  undo(): void;
  redo(): void;
}
