import type { Problem } from '../../../electron/domain/problem.ts';
import { nameStep } from '../../text/journey-words.ts';
import type { JourneyEditor } from './journey-editor.svelte.ts';

/** All that is wrong with the draft, each with the name of the step that it is about. */
export function nameProblems(editor: JourneyEditor): Problem[] {
  return editor.problems.map((problem) => {
    const step = editor.stepOf(problem);
    return step === undefined ? problem : { ...problem, message: `${nameStep(step)}: ${problem.message}` };
  });
}
