import type { DestinationKind } from '../destinations/destination.ts';
import type { Activation, FieldMapping } from '../domain/activation.ts';
import { checkActivation } from '../domain/check-activation.ts';
import type { Definitions } from '../domain/composition.ts';
import type { Destination } from '../domain/destination.ts';
import { checkSettings } from '../domain/field-spec.ts';
import { type Attribute, findAttribute, findEntity } from '../domain/model.ts';
import { type Problem, errorAt, warningAt } from '../domain/problem.ts';

/** Words of health and finance, which Meta refuses in names of audiences (custom audience policy, January 2026). */
const SENSITIVE = [
  ...[
    'cancer',
    'diabet',
    'pregnan',
    'depress',
    'hiv',
    'disease',
    'patient',
    'medical',
    'medication',
    'health',
  ],
  ...[
    'arthritis',
    'asthma',
    'therapy',
    'disab',
    'income',
    'credit score',
    'debt',
    'loan',
    'bankrupt',
    'mortgage',
  ],
  ...['insurance', 'salary', 'net worth'],
];
const LOOKS_HASHED = /sha_?(1|256)|md5|hash/i;

/** What an activation is checked against. */
export interface CheckContext {
  readonly definitions: Definitions;
  readonly destination: Destination | undefined;
  readonly kind: DestinationKind | undefined;
  /** Why mirror cannot be offered; undefined where it can. */
  readonly whyNoMirror: string | undefined;
}

type Checked = Omit<Activation, 'id'>;
/** What is sent where, of an activation or of a step of a journey. */
type Sending = Omit<Checked, 'name' | 'audience' | 'schedule'>;

/**
 * The policy lint: what keeps an activation from running (errors), and what to think about before it does (warnings). Paths begin with the keys
 * of the activation. No query is made.
 */
export function lintActivation(activation: Checked, context: CheckContext): Problem[] {
  const { definitions, destination } = context;
  const destinations = destination === undefined ? [] : [destination];
  const audience = definitions.audiences.find(({ id }) => id === activation.audience);
  return [
    ...checkActivation(activation, { ...definitions, destinations }),
    ...lintSending(activation, audience?.name ?? '', context),
  ];
}

/** What the kind of destination asks for, and what to think about, beyond what definitions tell. Nothing where the destination is not there. */
export function lintSending(
  sending: Sending,
  audienceName: string,
  { definitions, destination, kind, whyNoMirror }: CheckContext,
): Problem[] {
  if (destination === undefined || kind === undefined) return [];
  return [
    ...warnOfConsent(sending, kind),
    ...checkTarget(sending, kind),
    ...checkMode(sending, kind, whyNoMirror),
    ...checkNames(sending, kind),
    ...checkForms(sending, kind, destination, definitions),
    ...checkAudienceName(sending, kind, audienceName),
  ];
}

function warnOfConsent({ consent }: Sending, { channel }: DestinationKind): Problem[] {
  if (consent !== undefined || (channel !== 'email' && channel !== 'paid-media')) return [];
  const message = 'No attribute says who agreed to this: every member of the audience is sent.';
  const help = 'Choose the attribute that holds consent, or put the condition into the audience.';
  return [warningAt('consent', message, help)];
}

function checkTarget({ target }: Sending, kind: DestinationKind): Problem[] {
  const wrong = Object.entries(checkSettings(kind.target, target, {}));
  const strays = Object.keys(target).filter((key) => !kind.target.some((each) => each.key === key));
  return [
    ...wrong.map(([key, message]) => errorAt(`target.${key}`, message, 'Correct the field.')),
    ...strays.map((key) =>
      errorAt(`target.${key}`, `${kind.label} has no field “${key}”.`, 'Check its spelling, or remove it.'),
    ),
  ];
}

function checkMode(
  { mode, target }: Sending,
  kind: DestinationKind,
  whyNoMirror: string | undefined,
): Problem[] {
  const modes = kind.modesFor?.(target) ?? kind.modes;
  if (!modes.includes(mode)) {
    const message = `${kind.label} cannot ${mode} here. It can ${modes.join(', ')}.`;
    return [errorAt('mode', message, 'Choose another mode.')];
  }
  if (mode !== 'mirror' || whyNoMirror === undefined) return [];
  return [
    errorAt(
      'mode',
      whyNoMirror,
      'Choose another mode, or name a schema for state in the connection’s settings.',
    ),
  ];
}

function checkNames({ fields, target, mode }: Sending, kind: DestinationKind): Problem[] {
  const problems: Problem[] = [];
  for (const [at, { to, form }] of fields.entries()) {
    const where = `fields[${at}].to`;
    const known = kind.fields.find(({ key }) => key === to);
    if (known === undefined) {
      const wrong =
        kind.freeFields === undefined ? `${kind.label} has no field ${to}.` : kind.freeFields.checkName(to);
      if (wrong !== undefined) problems.push(errorAt(where, wrong, 'Choose another field.'));
    }
    if (form === 'sha256' && kind.delivery.by !== 'files')
      problems.push(
        errorAt(`fields[${at}].form`, 'Only columns of files are hashed like this.', 'Choose another form.'),
      );
  }
  const identifiers = kind.fields.filter(({ isIdentifier }) => isIdentifier);
  if (identifiers.length > 0 && !identifiers.some(({ key }) => fields.some(({ to }) => to === key))) {
    const message = `Nothing tells ${kind.label} who is meant.`;
    const names = identifiers.map(({ label }) => label).join(', ');
    problems.push(errorAt('fields', message, `Map one of: ${names}.`));
  }
  const keys = fields.map(({ to }) => to);
  const together = kind.checkFields?.(keys, target, mode) ?? [];
  return [...problems, ...together.map((message) => errorAt('fields', message, 'Change the mapped fields.'))];
}

function checkForms(
  { fields, target }: Sending,
  kind: DestinationKind,
  { settings }: Destination,
  { model }: Definitions,
): Problem[] {
  return fields.flatMap(({ to, from, form }, at): Problem[] => {
    const where = `fields[${at}].form`;
    const attribute = attributeOf(from, model);
    const looksHashed = attribute !== undefined && LOOKS_HASHED.test(attribute.column);
    const field = kind.fields.find(({ key }) => key === to);
    const hash = field?.recipe(settings, target).hash ?? 'none';
    const problems: Problem[] = [];
    if (hash !== 'none' && form === 'as-is' && !looksHashed)
      problems.push(
        warningAt(
          where,
          `${kind.label} expects ${to} hashed, and it is sent as it is.`,
          'Let the field be hashed.',
        ),
      );
    if (looksHashed && (form === 'sha256' || (form === 'vendor' && hash !== 'none')))
      problems.push(
        warningAt(
          where,
          `${attribute.label} seems to be hashed already and would be hashed again.`,
          'Send it as it is.',
        ),
      );
    if (kind.channel === 'file' && form !== 'sha256' && isContact(attribute) && !looksHashed)
      problems.push(
        warningAt(
          where,
          `${attribute.label} stands readable in the file.`,
          'Choose SHA-256 where the receiver matches on it.',
        ),
      );
    if (
      field?.pii.includes('customer-id') === true &&
      from.kind !== 'customer-id' &&
      attribute?.pii !== 'customer-id'
    )
      problems.push(
        warningAt(
          `fields[${at}].from`,
          `${to} should be unique a customer, and what fills it may not be.`,
          'Fill it with the customer id.',
        ),
      );
    return problems;
  });
}

function checkAudienceName({ target }: Sending, kind: DestinationKind, audienceName: string): Problem[] {
  if (kind.nameField === undefined) return [];
  const name = String(target[kind.nameField] ?? '');
  const text = (name === '' ? audienceName : name).toLowerCase();
  const word = SENSITIVE.find((each) => text.includes(each));
  if (word === undefined) return [];
  const message = `The name of the audience holds “${word}”. Advertising platforms refuse names that tell of health or finance.`;
  return [warningAt(`target.${kind.nameField}`, message, 'Give it a neutral name.')];
}

function attributeOf(from: FieldMapping['from'], model: Definitions['model']): Attribute | undefined {
  if (from.kind !== 'attribute') return undefined;
  const entity = findEntity(model, from.entity);
  return entity === undefined ? undefined : findAttribute(entity, from.column);
}

function isContact(attribute: Attribute | undefined): attribute is Attribute {
  return attribute?.pii === 'email' || attribute?.pii === 'phone';
}
