import { hash as digestOf } from 'node:crypto';
import { lintSending } from '../activation/lint-activation.ts';
import type { DestinationKind } from '../destinations/destination.ts';
import { AppError } from '../domain/app-error.ts';
import type { ActivationDefinitions } from '../domain/check-activation.ts';
import { checkJourney } from '../domain/check-journey.ts';
import { type Definitions, composeRules } from '../domain/composition.ts';
import {
  type JourneyDefinition,
  type JourneyVersion,
  type StepActivation,
  needsState,
} from '../domain/journey.ts';
import { type Problem, errorAt, warningAt } from '../domain/problem.ts';

/** What a draft is checked against beside the definitions. */
export interface JourneyCheckContext {
  readonly definitions: ActivationDefinitions;
  readonly kinds: readonly DestinationKind[];
  /** Why nothing may be kept in the warehouse; undefined where it may. */
  readonly whyNoState: string | undefined;
}

/** Everything that keeps a draft from being published, and what to think about before. Paths begin with its keys. No query is made. */
export function checkDraft(definition: JourneyDefinition, context: JourneyCheckContext): Problem[] {
  return [
    ...checkJourney(definition, context.definitions),
    ...checkState(definition, context.whyNoState),
    ...definition.steps.flatMap((step, at) =>
      step.kind !== 'activate' || step.activation === undefined
        ? []
        : lintStep(step.activation, definition, context).map((problem) => ({
            ...problem,
            where: `steps[${at}].activation.${problem.where}`,
          })),
    ),
  ];
}

function checkState(definition: JourneyDefinition, whyNot: string | undefined): Problem[] {
  if (whyNot === undefined) return [];
  const help = 'Name a schema for state in the connection’s settings.';
  if (needsState(definition)) {
    const at = definition.steps.findIndex(({ kind }) => kind === 'wait' || kind === 'wait-until');
    return [errorAt(`steps[${at}]`, `The journey waits, and ${whyNot}`, `${help} Or remove the wait.`)];
  }
  const { reentry, goal, caps } = definition;
  const asks = reentry.kind === 'after' || goal !== undefined || caps.length > 0;
  const message = `Nobody is remembered, since ${whyNot} Each tick sends to everybody again${asks ? '; re-entry, goal and caps do nothing' : ''}.`;
  return [warningAt('steps', message, help)];
}

function lintStep(
  activation: StepActivation,
  { steps }: JourneyDefinition,
  { definitions, kinds, whyNoState }: JourneyCheckContext,
): Problem[] {
  const destination = definitions.destinations.find(({ id }) => id === activation.destination);
  const kind = kinds.find((each) => each.kind === destination?.kind);
  const entry = steps.find((step) => step.kind === 'entry');
  const audience = definitions.audiences.find(
    ({ id }) => id === (entry?.kind === 'entry' ? entry.audience : undefined),
  );
  const found = lintSending(activation, audience?.name ?? '', {
    definitions,
    destination,
    kind,
    whyNoMirror: whyNoState,
  });
  if (activation.mode === 'mirror') {
    const message = 'A step cannot mirror: those who passed before would be removed.';
    return [...found, errorAt('mode', message, 'Choose to add or to remove.')];
  }
  if (activation.mode === 'replace' && kind?.channel !== 'file') {
    const message = 'Each tick puts its own customers in place of those of the tick before.';
    return [...found, warningAt('mode', message, 'Choose to add, if they are to stay.')];
  }
  return found;
}

/** The audiences a definition refers to directly. */
function audiencesOf({ steps, exits, suppress, goal }: JourneyDefinition): string[] {
  const ofSteps = steps.flatMap((step) => {
    switch (step.kind) {
      case 'entry':
        return [step.audience];
      case 'audience-split':
        return step.branches.map(({ audience }) => audience);
      case 'wait-until':
        return step.until.kind === 'audience' ? [step.until.audience] : [];
      default:
        return [];
    }
  });
  const all = [...ofSteps, ...exits, ...suppress, goal?.audience];
  return [...new Set(all.filter((id) => id !== undefined))].sort();
}

/** Digests of what the audiences of a definition ask, audiences and traits within them included. @throws AppError NOT_FOUND, AUDIENCE_CYCLE */
export function digestAudiences(
  definition: JourneyDefinition,
  definitions: Definitions,
): Record<string, string> {
  return Object.fromEntries(audiencesOf(definition).map((id) => [id, digestAudience(id, definitions)]));
}

function digestAudience(id: string, definitions: Definitions): string {
  const { conditions, roots } = composeRules([{ kind: 'audience', audience: id }], definitions);
  return digestOf('sha256', JSON.stringify([conditions, roots]));
}

/** True also of one that cannot run any more, which is told by its step. */
function isAsPublished(id: string, digest: string, definitions: Definitions): boolean {
  try {
    return digestAudience(id, definitions) === digest;
  } catch (error) {
    if (error instanceof AppError) return true;
    throw error;
  }
}

/** What keeps a published version from ticking: definitions that it uses were removed or changed. */
export function checkVersion(version: JourneyVersion, context: JourneyCheckContext): Problem[] {
  const { definitions } = context;
  const { number, definition, audiences } = version;
  const changed = Object.entries(audiences).flatMap(([id, digest]) => {
    const audience = definitions.audiences.find((each) => each.id === id);
    // A missing one is told by its step.
    if (audience === undefined || isAsPublished(id, digest, definitions)) return [];
    const message = `The audience “${audience.name}” was changed after version ${number} was published.`;
    return [errorAt('audiences', message, 'Publish a new version with it as it is now, or undo the change.')];
  });
  const broken = checkDraft(definition, context).filter(({ severity }) => severity === 'error');
  return [...broken, ...changed];
}
