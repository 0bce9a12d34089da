import type { Activation, Consent, FieldMapping } from './activation.ts';
import { checkColumn } from './check-columns.ts';
import { typeAt } from './column-type.ts';
import type { Definitions } from './composition.ts';
import type { Destination } from './destination.ts';
import { type CustomerModel, findAttribute, findEntity } from './model.ts';
import { type Problem, errorAt } from './problem.ts';

/** What an activation refers to: the model and audiences of its connection, and the destinations of the workspace. */
export interface ActivationDefinitions extends Definitions {
  readonly destinations: readonly Destination[];
}

/**
 * Finds what keeps an activation from running as far as definitions tell: references that lead nowhere, columns that do not fit the model,
 * fields that are filled twice. What the kind of destination asks for is not looked at. `where` is the path of the activation in its
 * document; without it paths begin with the activation's own keys.
 */
export function checkActivation(
  { audience, ...rest }: Omit<Activation, 'id'>,
  definitions: ActivationDefinitions,
  where = '',
): Problem[] {
  const found = checkStepActivation(rest, definitions, where);
  if (definitions.audiences.some((each) => each.id === audience)) return found;
  const message = `The audience “${audience}” does not exist.`;
  return [errorAt(within(where, 'audience'), message, 'Choose another audience.'), ...found];
}

/** {@link checkActivation} of what a step of a journey sends: the members are its own. */
export function checkStepActivation(
  { destination, fields, consent }: Pick<Activation, 'destination' | 'fields' | 'consent'>,
  { model, destinations }: ActivationDefinitions,
  where: string,
): Problem[] {
  const problems: Problem[] = [];
  if (!destinations.some((each) => each.id === destination)) {
    const message = `The destination “${destination}” does not exist.`;
    problems.push(errorAt(within(where, 'destination'), message, 'Choose another destination.'));
  }
  problems.push(...checkFields(fields, model, within(where, 'fields')));
  if (consent !== undefined) problems.push(...checkConsent(consent, model, within(where, 'consent')));
  return problems;
}

function within(where: string, key: string): string {
  return where === '' ? key : `${where}.${key}`;
}

function checkFields(fields: readonly FieldMapping[], model: CustomerModel, where: string): Problem[] {
  const seen = new Set<string>();
  return fields.flatMap(({ to, from }, at) => {
    const problems = from.kind === 'customer-id' ? [] : checkColumn(from, model, `${where}[${at}].from`);
    // Some files and engines compare the names of columns without case.
    const name = to.toLowerCase();
    if (!seen.has(name)) {
      seen.add(name);
      return problems;
    }
    const message = `The field ${to} is filled twice.`;
    return [
      errorAt(`${where}[${at}].to`, message, 'Remove one of the two, or fill another field.'),
      ...problems,
    ];
  });
}

const CONSENT_HELP = 'Choose a yes/no attribute of the customer, or of an entity with one row a customer.';

function checkConsent(consent: Consent, model: CustomerModel, where: string): Problem[] {
  const problems = checkColumn({ kind: 'attribute', ...consent }, model, where);
  if (problems.length > 0) return problems.map((problem) => ({ ...problem, help: CONSENT_HELP }));
  const entity = findEntity(model, consent.entity);
  const attribute = entity === undefined ? undefined : findAttribute(entity, consent.column);
  const type = attribute === undefined ? undefined : typeAt(attribute.type, consent.path ?? []);
  if (type === undefined || type.kind === 'boolean') return [];
  const name = [consent.column, ...(consent.path ?? [])].join('.');
  const message = `${name} is ${type.native}, and consent has to be yes or no.`;
  return [errorAt(`${where}.column`, message, CONSENT_HELP)];
}
