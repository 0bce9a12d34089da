import { describe, expect, it } from 'vitest';
import { checkActivation } from '../../../electron/domain/check-activation.ts';
import { checkWorkspace } from '../../../electron/domain/check-workspace.ts';
import type { Activation } from '../../../electron/domain/activation.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { Workspace } from '../../../electron/domain/workspace.ts';

const text = { kind: 'text', native: 'VARCHAR' } as const;
const yesNo = { kind: 'boolean', native: 'BOOLEAN' } as const;
const table = { catalog: 'c', schema: 's', table: 't' };

const model: CustomerModel = {
  customer: {
    label: 'Household',
    table,
    idColumn: 'id',
    attributes: [
      { column: 'id', label: 'Id', type: text },
      { column: 'email', label: 'E-mail', type: text },
      { column: 'consents', label: 'Consents', type: yesNo },
      {
        column: 'by_channel',
        label: 'By channel',
        type: { kind: 'struct', native: 'STRUCT(email BOOLEAN)', fields: [{ name: 'email', type: yesNo }] },
      },
    ],
  },
  entities: [
    {
      id: 'profile',
      label: 'Profile',
      table,
      key: 'id',
      cardinality: 'one-to-one',
      attributes: [
        { column: 'id', label: 'Id', type: text },
        { column: 'consents', label: 'Consents', type: yesNo },
      ],
    },
    {
      id: 'orders',
      label: 'Order',
      table,
      key: 'id',
      cardinality: 'one-to-many',
      attributes: [
        { column: 'id', label: 'Id', type: text },
        { column: 'paid', label: 'Paid', type: yesNo },
      ],
    },
  ],
  traits: [{ id: 'orders', label: 'Orders', entity: 'orders', where: [], measure: { of: 'count' } }],
};

const activation: Activation = {
  id: 'to-meta',
  name: 'To Meta',
  audience: 'everybody',
  destination: 'meta',
  mode: 'add',
  fields: [
    { to: 'EXTERN_ID', from: { kind: 'customer-id' }, form: 'vendor' },
    { to: 'EMAIL', from: { kind: 'attribute', entity: 'customer', column: 'email' }, form: 'vendor' },
    { to: 'EMAIL_2', from: { kind: 'attribute', entity: 'customer', column: 'email' }, form: 'as-is' },
    { to: 'ORDERS', from: { kind: 'trait', trait: 'orders' }, form: 'as-is' },
    {
      to: 'PAID',
      from: { kind: 'measure', entity: 'orders', where: [], measure: { of: 'count' }, as: 'paid' },
      form: 'as-is',
    },
  ],
  target: {},
  consent: { entity: 'customer', column: 'consents' },
  guards: { maxRejected: 0.2, maxChange: 0.3 },
};
const everybody = {
  id: 'everybody',
  name: 'Everybody',
  rule: { kind: 'all' as const, rules: [] },
  columns: [],
};
const meta = { id: 'meta', label: 'Meta', kind: 'facebook', settings: {} };

function workspaceWith(
  activations: readonly Activation[],
  destinations: Workspace['destinations'] = [meta],
): Workspace {
  return {
    version: 1,
    connections: [{ id: 'shop', label: 'Shop', kind: 'duckdb', settings: {} }],
    destinations,
    models: [
      { connection: 'shop', ...model, audiences: [everybody], activations: [...activations], journeys: [] },
    ],
  };
}

/** Place and message of each problem of the workspace with these activations. */
function found(workspace: Workspace): [string, string][] {
  return checkWorkspace(workspace).map(({ where, message }) => [where, message]);
}

describe('the activations of a workspace', () => {
  it('are fine where they fit the model, one column filling two fields among them', () => {
    expect(found(workspaceWith([activation]))).toEqual([]);
  });

  it('have ids and names of their own, as destinations have ids and labels', () => {
    const second = { ...activation, name: 'TO META' };
    expect(found(workspaceWith([activation, second], [meta, { ...meta, label: 'meta' }]))).toEqual([
      ['destinations[1].id', 'The id “meta” occurs twice.'],
      ['destinations[1].label', 'The label “meta” occurs twice.'],
      ['models[0].activations[1].id', 'The id “to-meta” occurs twice.'],
      ['models[0].activations[1].name', 'The name “TO META” occurs twice.'],
    ]);
  });

  it('send an audience of their own model to a destination of the workspace', () => {
    const astray = { ...activation, audience: 'nobody', destination: 'nowhere' };
    const problems = [
      ['models[0].activations[0].audience', 'The audience “nobody” does not exist.'],
      ['models[0].activations[0].destination', 'The destination “nowhere” does not exist.'],
    ];
    expect(found(workspaceWith([astray]))).toEqual(problems);

    const other = { id: 'other', label: 'Other', kind: 'duckdb', settings: {} };
    const whole = workspaceWith([{ ...activation, audience: 'nobody' }]);
    const apart: Workspace = {
      ...whole,
      connections: [...whole.connections, other],
      models: [
        ...whole.models,
        {
          connection: 'other',
          ...model,
          audiences: [{ ...everybody, id: 'nobody' }],
          activations: [],
          journeys: [],
        },
      ],
    };
    expect(found(apart)).toEqual(problems.slice(0, 1));
  });

  it('fill each field once, with columns of the model', () => {
    const fields: Activation['fields'] = [
      { to: 'a', from: { kind: 'attribute', entity: 'customer', column: 'phone' }, form: 'vendor' },
      { to: 'b', from: { kind: 'attribute', entity: 'orders', column: 'paid' }, form: 'vendor' },
      { to: 'c', from: { kind: 'trait', trait: 'spend' }, form: 'vendor' },
      { to: 'A', from: { kind: 'customer-id' }, form: 'vendor' },
      {
        to: 'd',
        from: {
          kind: 'measure',
          entity: 'orders',
          where: [],
          measure: { of: 'sum', column: 'paid' },
          as: 'x',
        },
        form: 'vendor',
      },
    ];
    const place = 'models[0].activations[0].fields';
    const problems = found(workspaceWith([{ ...activation, fields }]));
    expect(problems.slice(0, 4)).toEqual([
      [`${place}[0].from.column`, 'Household has no attribute phone.'],
      [`${place}[1].from.entity`, 'Order has many rows a customer.'],
      [`${place}[2].from.trait`, 'The trait “spend” does not exist.'],
      [`${place}[3].to`, 'The field A is filled twice.'],
    ]);
    expect(problems.slice(4).map(([where]) => where)).toEqual([expect.stringContaining(`${place}[4].from.`)]);
  });

  it.each([
    [{ entity: 'customer', column: 'consents' }, []],
    [{ entity: 'profile', column: 'consents' }, []],
    [{ entity: 'customer', column: 'by_channel', path: ['email'] }, []],
    [
      { entity: 'customer', column: 'email' },
      [['consent.column', 'email is VARCHAR, and consent has to be yes or no.']],
    ],
    [
      { entity: 'customer', column: 'by_channel' },
      [['consent.column', 'by_channel is STRUCT(email BOOLEAN), and consent has to be yes or no.']],
    ],
    [
      { entity: 'customer', column: 'by_channel', path: ['phone'] },
      [['consent.column', 'Household has no attribute by_channel.phone.']],
    ],
    [{ entity: 'orders', column: 'paid' }, [['consent.entity', 'Order has many rows a customer.']]],
    [{ entity: 'visits', column: 'paid' }, [['consent.entity', 'The entity “visits” is not in the model.']]],
  ])('take consent from %j', (consent, expected) => {
    const definitions = { model, audiences: [everybody], destinations: [meta] };
    const problems = checkActivation({ ...activation, consent }, definitions);
    expect(problems.map(({ where, message }) => [where, message])).toEqual(expected);
    for (const { help } of problems) {
      expect(help).toBe(
        'Choose a yes/no attribute of the customer, or of an entity with one row a customer.',
      );
    }
  });
});
