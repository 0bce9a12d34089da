import { describe, expect, it } from 'vitest';
import { type CheckContext, lintActivation } from '../../../electron/activation/lint-activation.ts';
import { suggestFields } from '../../../electron/activation/suggest-fields.ts';
import { findDestination } from '../../../electron/destinations/index.ts';
import type { Activation, FieldMapping } from '../../../electron/domain/activation.ts';
import type { Audience } from '../../../electron/domain/audience.ts';
import type { Destination } from '../../../electron/domain/destination.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';

const AUDIENCE: Audience = {
  id: 'everyone',
  name: 'Everyone',
  rule: { kind: 'all', rules: [] },
  columns: [{ kind: 'attribute', entity: 'customer', column: 'city' }],
};
const from = (column: string, entity = 'customer'): FieldMapping['from'] => ({
  kind: 'attribute',
  entity,
  column,
});
const field = (to: string, column: string, form: FieldMapping['form'] = 'vendor'): FieldMapping => ({
  to,
  from: from(column),
  form,
});

/** What the lint says of an activation: severity and path of each finding. */
function lint(kind: string, changes: Partial<Activation>, context: Partial<CheckContext> = {}): string[] {
  const model = sampleModel();
  const withHash = {
    ...model,
    customer: {
      ...model.customer,
      attributes: [
        ...model.customer.attributes,
        {
          column: 'email_sha256',
          label: 'Hashed',
          type: { kind: 'text', native: 'VARCHAR' } as const,
          pii: 'email' as const,
        },
      ],
    },
  };
  const destination: Destination = { id: 'there', label: 'There', kind, settings: {} };
  const activation: Omit<Activation, 'id'> = {
    name: 'Send',
    audience: 'everyone',
    destination: 'there',
    mode: 'add',
    fields: [field('EMAIL', 'email')],
    target: kind === 'facebook' ? { audienceName: 'Everyone' } : {},
    guards: { maxRejected: 0.2, maxChange: 0.3 },
    consent: { entity: 'customer', column: 'ads_consent' },
    ...changes,
  };
  return lintActivation(activation, {
    definitions: { model: withHash, audiences: [AUDIENCE] },
    destination,
    kind: findDestination(kind),
    whyNoMirror: undefined,
    ...context,
  }).map(({ severity, where, message }) => `${severity} ${where}: ${message}`);
}

const matching = (text: string) => [expect.stringContaining(text) as string];

describe('the policy lint', () => {
  it('has nothing to say of an activation that is as it should be', () => {
    expect(lint('facebook', {})).toEqual([]);
  });

  it.each<[string, string, Partial<Activation>, string]>([
    ['an audience that is gone', 'facebook', { audience: 'nobody' }, 'error audience: '],
    ['a consent attribute that is missing', 'facebook', { consent: undefined }, 'warning consent: '],
    [
      'consent that is no yes or no',
      'facebook',
      { consent: { entity: 'customer', column: 'city' } },
      'error consent.column: ',
    ],
    [
      'consent of an entity with many rows',
      'facebook',
      { consent: { entity: 'transactions', column: 'amount' } },
      'error consent',
    ],
    [
      'a mode that the kind has not',
      'tiktok',
      { mode: 'replace', fields: [field('EMAIL_SHA256', 'email')], target: { audienceName: 'x' } },
      'error mode: ',
    ],
    [
      'a field that the vendor does not know',
      'facebook',
      { fields: [field('EMAIL', 'email'), field('SHOE', 'city')] },
      'error fields[1].to: ',
    ],
    [
      'a field twice, whatever its case',
      'facebook',
      { fields: [field('EMAIL', 'email'), field('email', 'email')] },
      'fields[1].to: ',
    ],
    ['no identifier', 'facebook', { fields: [field('CT', 'city')] }, 'error fields: Nothing tells'],
    [
      'a column that the model has not',
      'facebook',
      { fields: [field('EMAIL', 'e_mail')] },
      'error fields[0].from',
    ],
    [
      'fields that do not go together',
      'pinterest',
      { fields: [field('EMAIL', 'email'), field('MAID', 'city')], target: { listName: 'x' } },
      'error fields: A customer list holds one kind',
    ],
    [
      'EXTERN_ID where Meta replaces',
      'facebook',
      {
        mode: 'replace',
        fields: [field('EMAIL', 'email'), { to: 'EXTERN_ID', from: { kind: 'customer-id' }, form: 'vendor' }],
      },
      'error fields: Meta takes no EXTERN_ID',
    ],
    [
      'a raw value where a hash is expected',
      'facebook',
      { fields: [field('EMAIL', 'email', 'as-is')] },
      'warning fields[0].form: ',
    ],
    [
      'a hash that would be hashed again',
      'facebook',
      { fields: [field('EMAIL', 'email_sha256')] },
      'warning fields[0].form: Hashed seems to be hashed',
    ],
    [
      'an id that may not be unique',
      'facebook',
      { fields: [field('EMAIL', 'email'), field('EXTERN_ID', 'city')] },
      'warning fields[1].from: ',
    ],
    [
      'words of health in a name',
      'facebook',
      { target: { audienceName: 'Diabetes newsletter' } },
      'warning target.audienceName: ',
    ],
    [
      'words of finance in a name',
      'facebook',
      { target: { audienceName: 'High INCOME' } },
      'warning target.audienceName: ',
    ],
    [
      'a target field that is wrong',
      'facebook',
      { target: { audienceName: 'x', customerFileSource: 'GUESSED' } },
      'error target.customerFileSource: ',
    ],
    [
      'a target field that there is not',
      'facebook',
      { target: { audienceName: 'x', colour: 'red' } },
      'error target.colour: ',
    ],
    [
      'a readable address in a file',
      'file',
      { mode: 'replace', consent: undefined, fields: [field('mail', 'email', 'as-is')] },
      'warning fields[0].form: ',
    ],
    [
      'a form that only files have',
      'facebook',
      { fields: [field('EMAIL', 'email', 'sha256')] },
      'error fields[0].form: ',
    ],
  ])('finds %s', (_, kind, changes, finding) => {
    expect(lint(kind, changes)).toEqual(expect.arrayContaining(matching(finding)));
  });

  it('finds a mirror that has nothing to compare with', () => {
    const why = 'The lakehouse has no schema for state.';
    expect(lint('facebook', { mode: 'mirror' }, { whyNoMirror: why })).toEqual(
      matching(`error mode: ${why}`),
    );
    expect(lint('facebook', { mode: 'mirror' })).toEqual([]);
  });

  it('finds a destination that is gone', () => {
    expect(lint('facebook', {}, { destination: undefined })).toEqual(matching('error destination: '));
  });
});

describe('suggested fields', () => {
  it.each<[string, string[], string | undefined]>([
    ['facebook', ['EMAIL', 'PHONE', 'EXTERN_ID', 'FN', 'LN', 'CT', 'COUNTRY'], 'ads_consent'],
    ['pinterest', ['EMAIL'], 'ads_consent'],
    ['sparkpost', ['email'], 'email_consent'],
    ['sftp', ['customer_id', 'city'], undefined],
  ])('for %s are those that the model can fill, with the channel’s consent', (kind, fields, consent) => {
    const suggested = suggestFields(findDestination(kind), AUDIENCE, sampleModel());
    expect(suggested.fields.map(({ to }) => to)).toEqual(fields);
    expect(suggested.consent?.column).toBe(consent);
  });
});
