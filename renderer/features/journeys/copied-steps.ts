import type { CopiedSteps } from './edit-steps.ts';

/** The steps that were copied last, in the memory of the app: they can be pasted into another journey, and leave no trace elsewhere. */
export const copied: { steps: CopiedSteps | undefined } = { steps: undefined };
