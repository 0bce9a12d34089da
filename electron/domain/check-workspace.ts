import { checkActivation } from './check-activation.ts';
import { checkColumns } from './check-columns.ts';
import { checkJourney } from './check-journey.ts';
import { checkModel } from './check-model.ts';
import { checkProfileApi } from './check-profile-api.ts';
import { checkRule } from './check-rule.ts';
import type { Destination } from './destination.ts';
import { type Problem, errorAt } from './problem.ts';
import type { Workspace, WorkspaceModel } from './workspace.ts';

/**
 * Finds what is wrong between the definitions of a workspace that each fit their schema: references that lead nowhere, ids and names
 * that occur twice, rules and activations that do not fit their model, audiences that contain themselves.
 */
export function checkWorkspace(workspace: Workspace): Problem[] {
  const connections = workspace.connections.map((each) => each.id);
  const problems = [
    ...checkUnique(workspace.connections, 'id', 'connections'),
    ...checkUnique(workspace.connections, 'label', 'connections'),
    ...checkUnique(workspace.destinations, 'id', 'destinations'),
    ...checkUnique(workspace.destinations, 'label', 'destinations'),
  ];
  const modelled = new Set<string>();
  workspace.models.forEach((model, at) => {
    const where = `models[${at}]`;
    if (!connections.includes(model.connection)) {
      const message = `The model is over the connection “${model.connection}”, which does not exist.`;
      problems.push(
        errorAt(`${where}.connection`, message, 'Write the id of a connection of this workspace.'),
      );
    } else if (modelled.has(model.connection)) {
      const message = `The connection “${model.connection}” has two models.`;
      problems.push(errorAt(`${where}.connection`, message, 'Keep one of the two.'));
    }
    modelled.add(model.connection);
    problems.push(...checkDefinitions(model, workspace.destinations, where));
  });
  return problems;
}

function checkDefinitions(
  whole: WorkspaceModel,
  destinations: readonly Destination[],
  where: string,
): Problem[] {
  const { audiences, activations, journeys, profileApi, ...model } = whole;
  const definitions = { model, audiences, destinations };
  const place = (at: number): string => `${where}.audiences[${at}]`;
  return [
    ...checkModel(model).map((problem) => ({ ...problem, where: `${where}.${problem.where}` })),
    ...checkUnique(audiences, 'id', `${where}.audiences`),
    ...checkUnique(audiences, 'name', `${where}.audiences`),
    ...audiences.flatMap((audience, at) => [
      ...checkRule(audience.rule, definitions, `${place(at)}.rule`),
      ...checkColumns(audience.columns, model, `${place(at)}.columns`),
    ]),
    ...checkUnique(activations, 'id', `${where}.activations`),
    ...checkUnique(activations, 'name', `${where}.activations`),
    ...activations.flatMap((activation, at) =>
      checkActivation(activation, definitions, `${where}.activations[${at}]`),
    ),
    ...checkUnique(journeys, 'id', `${where}.journeys`),
    ...checkUnique(journeys, 'name', `${where}.journeys`),
    // A draft may be unfinished: what keeps it from being published keeps no file from being read.
    ...journeys.flatMap((journey, at) =>
      checkJourney(journey, definitions, `${where}.journeys[${at}]`).map((problem) => ({
        ...problem,
        severity: 'warning' as const,
      })),
    ),
    ...(profileApi === undefined ? [] : checkProfileApi(profileApi, definitions, `${where}.profileApi`)),
  ];
}

/** Finds what has the same `word` as one before it in the list at `where`. */
function checkUnique<Word extends string>(
  list: readonly Readonly<Record<Word, string>>[],
  word: Word,
  where: string,
): Problem[] {
  const texts = list.map((each) => each[word]);
  const keys = texts.map(foldName);
  return keys.flatMap((key, at) => {
    if (keys.indexOf(key) === at) return [];
    const message = `The ${word} “${texts[at] ?? ''}” occurs twice.`;
    return [errorAt(`${where}[${at}].${word}`, message, `Give one of the two another ${word}.`)];
  });
}

/** The form in which two names are the same: without case, in one spelling of accents. */
export function foldName(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}
