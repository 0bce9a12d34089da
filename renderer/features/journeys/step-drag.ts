import type { StepKind } from '../../../electron/domain/journey.ts';
import { ADDED_KINDS } from './edit-steps.ts';

/** The type of what is dragged from the palette. */
export const STEP_DRAG = 'application/x-slipway-step';

/** The kind that is dragged; undefined where something else is. */
export function readStepDrag(event: DragEvent): StepKind | undefined {
  const text = event.dataTransfer?.getData(STEP_DRAG);
  return ADDED_KINDS.find((kind) => kind === text);
}

/** True while a kind of step is dragged over: its name can be read once it is dropped. */
export function carriesStep(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(STEP_DRAG) === true;
}
