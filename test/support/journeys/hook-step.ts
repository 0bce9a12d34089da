import type { Step } from '../../../electron/domain/journey.ts';

/** A step that sends the customer's id to the destination `hook`, whatever its size. */
export function hookStep(id: string, next?: string): Step {
  return {
    kind: 'activate',
    id,
    activation: {
      destination: 'hook',
      mode: 'add',
      target: {},
      fields: [{ to: 'id', from: { kind: 'customer-id' }, form: 'as-is' }],
      guards: { maxRejected: 1, maxChange: 1 },
    },
    ...(next === undefined ? {} : { next }),
  };
}
