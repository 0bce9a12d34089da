import { createContext } from 'svelte';
import type { AudienceEditor } from './audience-editor.svelte.ts';
import type { PartDrag } from './part-drag.svelte.ts';

/** The editor of the open audience, for every component of its page. */
export const [getEditor, setEditor] = createContext<AudienceEditor>();

/** The part that is being dragged within the rule. */
export const [getPartDrag, setPartDrag] = createContext<PartDrag>();
