import { describe, expect, it } from 'vitest';
import type { Activation } from '../../../../electron/domain/activation.ts';
import type { FieldSpec } from '../../../../electron/domain/field-spec.ts';
import {
  closeActivation,
  findGaps,
  openActivation,
} from '../../../../renderer/features/activations/activation-draft.ts';
import { closeTarget } from '../../../../renderer/ui/delivery/delivery-draft.ts';

const SPECS: FieldSpec[] = [
  { key: 'what', label: 'Do', kind: 'select', required: true, initial: 'list' },
  { key: 'listId', label: 'List id', kind: 'text', required: true, showIf: { key: 'what', in: ['list'] } },
  {
    key: 'templateId',
    label: 'Template',
    kind: 'text',
    required: true,
    showIf: { key: 'what', in: ['send'] },
  },
];
const SAVED: Activation = {
  id: 'a',
  name: 'A',
  audience: 'everyone',
  destination: 'mail',
  mode: 'replace',
  fields: [{ to: 'email', from: { kind: 'customer-id' }, form: 'vendor' }],
  target: { what: 'list', listId: 'x' },
  consent: { entity: 'customer', column: 'email_consent' },
  guards: { maxRejected: 0.1, maxChange: 0.2 },
  schedule: { cron: '0 6 * * *', timeZone: 'UTC' },
};
const given = { id: 'a', mode: 'replace' as const, specs: SPECS };

describe('an activation in its editor', () => {
  it('comes back as it was saved', () => {
    expect(closeActivation(openActivation(SAVED), given)).toEqual(SAVED);
  });

  it('is no form while anything is missing', () => {
    const draft = openActivation(SAVED);
    expect(closeActivation({ ...draft, audience: '' }, given)).toBeUndefined();
    expect(closeActivation({ ...draft, destination: '' }, given)).toBeUndefined();
    expect(closeActivation({ ...draft, fields: [] }, given)).toBeUndefined();
    expect(closeActivation(draft, { ...given, mode: undefined })).toBeUndefined();
    expect(closeActivation({ ...draft, guards: { maxRejected: null, maxChange: 0 } }, given)).toBeUndefined();
    const row = { to: 'name', from: undefined, form: 'vendor' as const };
    expect(closeActivation({ ...draft, fields: [...draft.fields, row] }, given)).toBeUndefined();
  });

  it('can be tried before it has a name', () => {
    expect(closeActivation({ ...openActivation(SAVED), name: ' ' }, given)?.name).toBe('New activation');
  });

  it('sends of its target what the form shows, with the initial values of untouched fields', () => {
    expect(closeTarget(SPECS, { listId: 'x', templateId: 'y' })).toEqual({ what: 'list', listId: 'x' });
    expect(closeTarget(SPECS, { what: 'send', listId: 'x', templateId: '' })).toEqual({ what: 'send' });
  });

  it('tells where each gap is', () => {
    const draft = openActivation(undefined);
    expect(findGaps(draft, undefined).map((each) => each.where)).toEqual(['name', 'audience', 'destination']);
    const kind = {
      kind: 'mail',
      label: 'Mail',
      description: '',
      channel: 'email' as const,
      by: 'batches' as const,
      settings: [],
      target: SPECS,
      modes: ['replace' as const],
      fields: [{ key: 'email', label: 'Email address', pii: [], isIdentifier: true, recipe: '' }],
      freeFields: true,
    };
    const written = {
      ...openActivation(SAVED),
      target: {},
      fields: [
        { to: 'email', from: undefined, form: 'vendor' as const },
        { to: ' ', from: { kind: 'customer-id' as const }, form: 'as-is' as const },
      ],
    };
    expect(findGaps(written, kind).map(({ where, message }) => [where, message])).toEqual([
      ['target.what', 'Do must be one of the choices.'],
      ['target.listId', 'List id is required.'],
      ['fields[0].from', 'Nothing fills “Email address”.'],
      ['fields[1].to', 'A column has no name.'],
    ]);
  });
});
