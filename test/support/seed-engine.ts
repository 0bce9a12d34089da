import { readFileSync } from 'node:fs';
import type { DestinationView } from '../../electron/contract/contract.ts';
import type { Activation } from '../../electron/domain/activation.ts';
import type { Secrets, Settings } from '../../electron/domain/field-spec.ts';
import type { ActivationRun } from '../../electron/domain/run.ts';
import type { Services } from '../../electron/services/index.ts';

const EXAMPLE = new URL('../../examples/retail.workspace.yaml', import.meta.url);

/** The connection of the example. */
export const SAMPLE = 'sample';

/** Puts the example's definitions into an engine: the sample lakehouse, its model and the seed's audiences. */
export function importSeed({ workspaces }: Services): void {
  workspaces.import(readFileSync(EXAMPLE, 'utf8'), false);
}

/** Saves a destination and returns it. */
export function addDestination(
  { destinations }: Services,
  label: string,
  kind: string,
  { settings, secrets }: { readonly settings: Settings; readonly secrets: Secrets },
): Promise<DestinationView> {
  return destinations.save({ label, kind, settings, secrets });
}

/** An activation of an audience of the example, with what the app suggests for it. */
export function addActivation(
  { activations }: Services,
  destinationId: string,
  audience: string,
  changes: Partial<Activation> & Pick<Activation, 'mode'>,
): Activation {
  const suggested = activations.suggest(SAMPLE, audience, destinationId);
  const form = {
    name: `${audience} to ${destinationId}`,
    audience,
    destination: destinationId,
    target: {},
    guards: { maxRejected: 0.2, maxChange: 0.3 },
    ...suggested,
    ...changes,
  };
  return activations.save(SAMPLE, form).activation;
}

/** Runs an activation to its end, pause or failure. */
export async function runToEnd({ activationRuns }: Services, activationId: string): Promise<ActivationRun> {
  const { id } = activationRuns.start(SAMPLE, activationId, { startedFrom: 'app' });
  return activationRuns.wait(id);
}
