import { createContext } from 'svelte';
import type { ActivationEditor } from './activation-editor.svelte.ts';

/** The editor of the open activation, for every component of its page. */
export const [getEditor, setEditor] = createContext<ActivationEditor>();
