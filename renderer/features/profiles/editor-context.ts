import { createContext } from 'svelte';
import type { ApiEditor } from './api-editor.svelte.ts';

/** The editor of the Profile API, for every component of its form. */
export const [getApiEditor, setApiEditor] = createContext<ApiEditor>();
