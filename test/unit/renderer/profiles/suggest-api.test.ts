import { describe, expect, it } from 'vitest';
import { outputName } from '../../../../electron/domain/audience.ts';
import { checkProfileApi } from '../../../../electron/domain/check-profile-api.ts';
import type { Attribute, CustomerModel, Entity } from '../../../../electron/domain/model.ts';
import { ProfileApi } from '../../../../electron/domain/profile-api.ts';
import { sampleModel } from '../../../../electron/sample/sample-model.ts';
import { suggestApi } from '../../../../renderer/features/profiles/suggest-api.ts';

const AUDIENCES = [
  { id: 'high-bread', name: 'High bread', rule: { kind: 'all' as const, rules: [] }, columns: [] },
  { id: 'everyone', name: 'Everyone', rule: { kind: 'all' as const, rules: [] }, columns: [] },
];

function namesOf(model: CustomerModel): string[] {
  return suggestApi(model, []).parts.flatMap(({ columns }) => columns.map(outputName));
}

/** The sample's model with a table of one row a customer, or a changed customer. */
function modelWith(change: { loyalty?: Attribute[]; customer?: Attribute[] }): CustomerModel {
  const model = sampleModel();
  const loyalty: Entity = {
    id: 'loyalty-card',
    label: 'Loyalty card',
    table: { catalog: 'main', schema: 'retail', table: 'loyalty' },
    key: 'household_key',
    cardinality: 'one-to-one',
    attributes: change.loyalty ?? [],
  };
  const attributes = change.customer ?? model.customer.attributes;
  return { ...model, customer: { ...model.customer, attributes }, entities: [...model.entities, loyalty] };
}

const text = { kind: 'text' as const, native: 'VARCHAR' };

describe('the suggested Profile API', () => {
  it('tells all that is no personal data, every trait and every audience', () => {
    const { parts } = suggestApi(sampleModel(), AUDIENCES);
    expect(parts).toHaveLength(1);
    expect(parts[0]).toMatchObject({ id: 'basics', name: 'Basics', audiences: ['high-bread', 'everyone'] });
    expect(parts[0]?.columns.map(outputName)).toEqual([
      'loyalty_tier',
      'birth_year',
      'email_consent',
      'ads_consent',
      'preferred_channel',
      'created_at',
      'interests',
      'device',
      'visits_30_days',
      'last_seen_at',
      'total_spend_12_months',
      'last_purchase_category',
      'baskets_90_days',
    ]);
  });

  it('finds customers by the digest of their e-mail address', () => {
    expect(suggestApi(sampleModel(), []).identifiers).toEqual([
      { name: 'email_sha256', entity: 'customer', column: 'email', form: 'sha256' },
    ]);
  });

  it('has no identifier where no e-mail address is known', () => {
    const { attributes } = sampleModel().customer;
    const customer = attributes.filter(({ pii }) => pii !== 'email');
    expect(suggestApi(modelWith({ customer }), []).identifiers).toEqual([]);
    const loyalty = [{ column: 'mail', label: 'Mail', type: text, pii: 'email' as const }];
    expect(suggestApi(modelWith({ customer, loyalty }), []).identifiers).toEqual([
      { name: 'email_sha256', entity: 'loyalty-card', column: 'mail', form: 'sha256' },
    ]);
  });

  it('leaves hidden and unreadable columns out, and traits that tell personal data', () => {
    const model = modelWith({
      loyalty: [
        { column: 'secret', label: 'Secret', type: text, hidden: true },
        { column: 'photo', label: 'Photo', type: { kind: 'binary', native: 'BLOB' } },
        { column: 'card', label: 'Card', type: text, pii: 'other' },
      ],
    });
    const latest = { of: 'latest' as const, column: 'card' };
    const traits = [
      { id: 'last-card', label: 'Last card', entity: 'loyalty-card', where: [], measure: latest },
      {
        id: 'cards',
        label: 'Cards',
        entity: 'loyalty-card',
        where: [],
        measure: { of: 'count-distinct' as const, column: 'card' },
      },
    ];
    const names = namesOf({ ...model, traits });
    expect(names).not.toContain('secret');
    expect(names).not.toContain('photo');
    expect(names).not.toContain('card');
    expect(names).not.toContain('last_card');
    expect(names).toContain('cards');
  });

  it('gives columns of one name names of their own, so that nothing keeps it from being saved', () => {
    const model = modelWith({ loyalty: [{ column: 'LOYALTY_TIER', label: 'Tier', type: text }] });
    expect(namesOf(model)).toContain('loyalty_card_LOYALTY_TIER');
    const api = ProfileApi.parse(suggestApi(model, AUDIENCES));
    expect(checkProfileApi(api, { model, audiences: AUDIENCES })).toEqual([]);
  });
});
