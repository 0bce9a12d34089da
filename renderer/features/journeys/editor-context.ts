import { createContext } from 'svelte';
import type { Journey } from '../../../electron/domain/journey.ts';
import type { JourneyEditor } from './journey-editor.svelte.ts';
import type { JourneyLife } from './journey-life.svelte.ts';
import type { LiveFigures } from './live-figures.ts';

/** The editor of the open journey, for every component of its page. */
export const [getEditor, setEditor] = createContext<JourneyEditor>();

/** What the open journey does once it is published. */
export const [getLife, setLife] = createContext<JourneyLife>();

/** The counts that stand on the canvas. */
export const [getFigures, setFigures] = createContext<LiveFigures>();

/** The steps of the draft with the published versions, by which steps of the past are named. Read reactively. */
export const [getJourney, setJourney] = createContext<() => Pick<Journey, 'steps' | 'versions'>>();
