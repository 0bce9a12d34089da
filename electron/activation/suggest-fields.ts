import type { DestinationKind } from '../destinations/destination.ts';
import type { Consent, FieldMapping } from '../domain/activation.ts';
import { type Audience, outputName } from '../domain/audience.ts';
import { type Attribute, type CustomerModel, allEntities } from '../domain/model.ts';

/** Words in the names of columns that hold consent, by channel; the first that is found counts. */
const CONSENT_WORDS: Readonly<Record<DestinationKind['channel'], readonly RegExp[]>> = {
  email: [/e_?mail.*(consent|opt|allow|permi)|(consent|opt|allow|permi).*e_?mail/i, /newsletter/i],
  'paid-media': [
    /(ads?|advert|media).*(consent|opt|allow|permi)|(consent|opt|allow|permi).*(ads?|advert|media)/i,
  ],
  file: [],
  webhook: [],
};

/** Fields of a destination that the model can fill, by what personal data its attributes hold, and the attribute that holds consent. */
export function suggestFields(
  kind: DestinationKind,
  audience: Audience,
  model: CustomerModel,
): { fields: FieldMapping[]; consent?: Consent } {
  const attributes = allEntities(model)
    .filter((entity) => entity.cardinality !== 'one-to-many')
    .flatMap((entity) =>
      entity.attributes
        .filter(({ hidden }) => hidden !== true)
        .map((attribute) => ({ entity: entity.id, attribute })),
    );
  const fields = kind.fields.flatMap((field): FieldMapping[] => {
    if (field.pii.includes('customer-id'))
      return [{ to: field.key, from: { kind: 'customer-id' }, form: 'vendor' }];
    const found = attributes.find(({ attribute }) => fits(attribute, field.pii));
    if (found === undefined) return [];
    const from = { kind: 'attribute', entity: found.entity, column: found.attribute.column } as const;
    return [{ to: field.key, from, form: 'vendor' }];
  });
  // A column of a file has no name of its own to fit: the audience says which describe its members.
  const columns = kind.delivery.by === 'files' || fields.length === 0 ? fileColumns(audience) : [];
  const consent = attributes.find(
    ({ attribute }) =>
      attribute.type.kind === 'boolean' &&
      CONSENT_WORDS[kind.channel].some((word) => word.test(attribute.column)),
  );
  return {
    fields: [...fields, ...columns],
    ...(consent === undefined
      ? {}
      : { consent: { entity: consent.entity, column: consent.attribute.column } }),
  };
}

function fits({ pii }: Attribute, wanted: readonly string[]): boolean {
  return pii !== undefined && wanted.includes(pii);
}

function fileColumns({ columns }: Audience): FieldMapping[] {
  return [
    { to: 'customer_id', from: { kind: 'customer-id' }, form: 'as-is' },
    ...columns.map((column): FieldMapping => ({ to: outputName(column), from: column, form: 'as-is' })),
  ];
}
