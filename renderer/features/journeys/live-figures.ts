import { createQuery, keepPreviousData } from '@tanstack/svelte-query';
import type { JourneyResults } from '../../../electron/contract/journeys.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import { hasErrors } from '../../../electron/domain/problem.ts';
import { toAppError } from '../../shell/app-errors.ts';
import { getEngine } from '../../shell/context.ts';
import { queryKeys } from '../../shell/query-keys.ts';
import type { WayRef } from './edit-steps.ts';
import type { JourneyEditor } from './journey-editor.svelte.ts';
import { stepFigure, stepResult, wayFigure, wayResult, type Figure } from './figures.ts';
import { readResult } from './read-result.ts';

/** The counts of the canvas. All members are read reactively. */
export interface LiveFigures {
  readonly isFetching: boolean;
  readonly error: AppErrorShape | undefined;
  /** Why nothing is counted; undefined where something is. */
  readonly barred: string | undefined;
  readonly asOf: string | undefined;
  readonly results: JourneyResults | undefined;
  readonly resultsError: AppErrorShape | undefined;
  ofStep(stepId: string): Figure | undefined;
  ofWay(way: WayRef): Figure | undefined;
  retry(): void;
  retryResults(): void;
}

/** Asks for the counts of the draft as it comes to rest, and for what happened while that is shown. For a component's start. */
export function openFigures(
  connectionId: string,
  editor: JourneyEditor,
  showsResults: () => boolean,
): LiveFigures {
  const engine = getEngine();
  const counted = createQuery(() => {
    const { form } = editor;
    const {
      id: _id,
      name: _name,
      description: _words,
      layout: _layout,
      schedule: _schedule,
      ...asked
    } = form;
    return {
      queryKey: [...queryKeys.counts(connectionId), 'journey', asked],
      queryFn: ({ signal }) => engine.journeys.counts({ connectionId, form }, { signal }),
      enabled: !hasErrors(editor.problems) && !showsResults(),
      placeholderData: keepPreviousData,
      retry: false,
    };
  });
  const happened = createQuery(() => {
    const journeyId = editor.journeyId ?? '';
    return {
      queryKey: queryKeys.journeyResults(connectionId, journeyId),
      queryFn: ({ signal }) => readResult(engine.journeys.results({ connectionId, journeyId }, { signal })),
      enabled: journeyId !== '' && (showsResults() || editor.selection.tab === 'results'),
      retry: false,
    };
  });
  const isActivate = (id: string): boolean =>
    editor.draft.value.steps.some((step) => step.id === id && step.kind === 'activate');
  const isStale = (): boolean => counted.isFetching || hasErrors(editor.problems);
  return {
    get isFetching() {
      return showsResults() ? happened.isFetching : counted.isFetching;
    },
    get error() {
      const cause = showsResults() ? happened.error : counted.error;
      return cause === null ? undefined : toAppError(cause);
    },
    get barred() {
      return !showsResults() && hasErrors(editor.problems)
        ? 'Counted once the problems are mended.'
        : undefined;
    },
    get asOf() {
      return showsResults() ? happened.data?.asOf : counted.data?.asOf;
    },
    get results() {
      return happened.data;
    },
    get resultsError() {
      return happened.error === null ? undefined : toAppError(happened.error);
    },
    ofStep: (id) =>
      showsResults()
        ? stepResult(happened.data, id, isActivate(id))
        : stepFigure(counted.data, id, isStale()),
    ofWay: (ref) =>
      showsResults() ? wayResult(happened.data, ref) : wayFigure(counted.data, ref, isStale()),
    retryResults: () => void happened.refetch(),
    retry: () => void (showsResults() ? happened : counted).refetch(),
  };
}
