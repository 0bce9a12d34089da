/** One named step of a connection's or destination's test, as it happens. */
export interface TestStep {
  readonly id: string;
  readonly label: string;
  readonly status: 'running' | 'passed';
  readonly detail?: string;
}

/**
 * Runs one step of a test and tells of it. `act` gives the detail to show once it has passed, or undefined, and may tell others while it runs.
 * @throws what the act throws: the test ends at its failing step
 */
export async function runStep(
  onStep: (step: TestStep) => void,
  id: string,
  label: string,
  act: (tell: (detail: string) => void) => Promise<string | undefined>,
): Promise<void> {
  onStep({ id, label, status: 'running' });
  const detail = await act((told) => onStep({ id, label, status: 'running', detail: told }));
  onStep({ id, label, status: 'passed', ...(detail === undefined ? {} : { detail }) });
}
