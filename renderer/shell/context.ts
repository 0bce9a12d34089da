import { createContext } from 'svelte';
import type { ActiveConnection } from './active-connection.svelte.ts';
import type { Engine } from './engine.ts';

/** The engine's calls, for every component below App. */
export const [getEngine, setEngine] = createContext<Engine>();

/** The connection that pages work on. */
export const [getActiveConnection, setActiveConnection] = createContext<ActiveConnection>();
