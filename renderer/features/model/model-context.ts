import { createContext } from 'svelte';
import type { ModelEditor } from './model-editor.svelte.ts';

/** The editor of the model, for every component of its page. */
export const [getModelEditor, setModelEditor] = createContext<ModelEditor>();
