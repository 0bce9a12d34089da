import { checkColumns } from './check-columns.ts';
import { checkModel } from './check-model.ts';
import { checkRule } from './check-rule.ts';
import { type Problem, errorAt } from './problem.ts';
import type { Workspace, WorkspaceModel } from './workspace.ts';

/**
 * Finds what is wrong between the definitions of a workspace that each fit their schema: references that lead nowhere, ids and names
 * that occur twice, rules that do not fit their model, audiences that contain themselves.
 */
export function checkWorkspace(workspace: Workspace): Problem[] {
  const connections = workspace.connections.map((each) => each.id);
  const problems = [
    ...checkUnique(connections, (at) => `connections[${at}].id`, 'id'),
    ...checkUnique(
      workspace.connections.map((each) => each.label),
      (at) => `connections[${at}].label`,
      'label',
    ),
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
    problems.push(...checkModelWithAudiences(model, where));
  });
  return problems;
}

function checkModelWithAudiences(whole: WorkspaceModel, where: string): Problem[] {
  const { audiences, ...model } = whole;
  const place = (at: number): string => `${where}.audiences[${at}]`;
  return [
    ...checkModel(model).map((problem) => ({ ...problem, where: `${where}.${problem.where}` })),
    ...checkUnique(
      audiences.map((each) => each.id),
      (at) => `${place(at)}.id`,
      'id',
    ),
    ...checkUnique(
      audiences.map((each) => each.name),
      (at) => `${place(at)}.name`,
      'name',
    ),
    ...audiences.flatMap((audience, at) => [
      ...checkRule(audience.rule, { model, audiences }, `${place(at)}.rule`),
      ...checkColumns(audience.columns, model, `${place(at)}.columns`),
    ]),
  ];
}

function checkUnique(texts: readonly string[], where: (at: number) => string, word: string): Problem[] {
  const keys = texts.map(foldName);
  return keys.flatMap((key, at) => {
    if (keys.indexOf(key) === at) return [];
    const message = `The ${word} “${texts[at] ?? ''}” occurs twice.`;
    return [errorAt(where(at), message, `Give one of the two another ${word}.`)];
  });
}

/** The form in which two names are the same: without case, in one spelling of accents. */
export function foldName(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}
