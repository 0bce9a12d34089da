import type { TestStep } from './destination.ts';

/** Runs one step of a destination's test and tells of it. `act` gives the detail to show, or undefined. */
export async function runStep(
  onStep: (step: TestStep) => void,
  id: string,
  label: string,
  act: () => Promise<string | undefined>,
): Promise<void> {
  onStep({ id, label, status: 'running' });
  const detail = await act();
  onStep({ id, label, status: 'passed', ...(detail === undefined ? {} : { detail }) });
}
