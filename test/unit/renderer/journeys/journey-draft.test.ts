import { describe, expect, it } from 'vitest';
import type { DestinationKindView, DestinationView } from '../../../../electron/contract/contract.ts';
import { JourneyForm, type Journey, type RandomSplit } from '../../../../electron/domain/journey.ts';
import {
  dropWeights,
  moveBranch,
  startBranch,
  sumPercent,
  weighEvenly,
} from '../../../../renderer/features/journeys/edit-branches.ts';
import {
  closeJourney,
  describeStepDelivery,
  findJourneyGaps,
  openJourney,
  stepModes,
  type JourneyDraft,
  type StepDelivery,
} from '../../../../renderer/features/journeys/journey-draft.ts';

const META: DestinationKindView = {
  kind: 'facebook',
  label: 'Facebook',
  description: '',
  channel: 'paid-media',
  by: 'batches',
  settings: [],
  target: [],
  modes: ['mirror', 'replace', 'add', 'remove'],
  fields: [{ key: 'EMAIL', label: 'Email', pii: ['email'], isIdentifier: true, recipe: '' }],
  freeFields: false,
};
const ADS: DestinationView = {
  id: 'ads',
  label: 'Ads',
  kind: 'facebook',
  kindLabel: 'Facebook',
  channel: 'paid-media',
  settings: {},
  storedSecrets: [],
  usedBy: [],
};
const SAVED: Journey = {
  id: 'j',
  name: 'J',
  steps: [
    { kind: 'entry', id: 'entry', audience: 'a', next: 'send' },
    {
      kind: 'activate',
      id: 'send',
      activation: {
        destination: 'ads',
        mode: 'add',
        fields: [{ to: 'EMAIL', from: { kind: 'customer-id' }, form: 'vendor' }],
        target: { audienceName: 'x' },
        guards: { maxRejected: 0.1, maxChange: 0.2 },
      },
    },
  ],
  layout: { entry: { x: 0, y: 0 }, send: { x: 1, y: 1 } },
  reentry: { kind: 'once' },
  exits: ['b'],
  suppress: [],
  caps: [],
  status: 'live',
  versions: [],
};
const describeAt =
  (draft: JourneyDraft, destinations: DestinationView[]) =>
  (id: string): StepDelivery =>
    describeStepDelivery(draft.deliveries[id], destinations, [META], undefined);

describe('a journey in its editor', () => {
  it('comes back as it was saved, also where its destination is gone', () => {
    const { status: _status, versions: _versions, ...form } = SAVED;
    const draft = openJourney(SAVED);
    expect(closeJourney(draft, 'j', describeAt(draft, []))).toEqual(form);
  });

  it('gives steps without a spot one', () => {
    const { layout } = openJourney({ ...SAVED, layout: {} });
    expect(Object.keys(layout)).toEqual(['entry', 'send']);
    expect(layout['entry']).not.toEqual(layout['send']);
  });

  it('is a form that the engine takes, whatever is missing', () => {
    const draft: JourneyDraft = {
      ...openJourney(undefined),
      steps: [
        { kind: 'entry', id: 'entry', name: ' ' },
        { kind: 'audience-split', id: 's', branches: [{ id: 'b', name: ' ' }], others: {} },
        { kind: 'activate', id: 'send' },
        {
          kind: 'wait-until',
          id: 'w',
          until: { kind: 'event', entity: 'e', where: [{ column: '', test: { op: 'is-empty' } }] },
          limit: { amount: 1, unit: 'days' },
          met: {},
          timeout: {},
        },
      ],
      deliveries: { send: { ...(openJourney(SAVED).deliveries['send'] ?? never()), fields: [] } },
    };
    const describe = describeAt(draft, [ADS]);
    expect(JourneyForm.safeParse(closeJourney(draft, undefined, describe)).error).toBeUndefined();
    expect(findJourneyGaps(draft, describe).map(({ where }) => where)).toEqual([
      'name',
      'steps[1].branches[0].name',
      'steps[2].activation.fields',
      'steps[3].until.where[0]',
    ]);
  });

  it('offers no mirror and no replace in a step, but new files', () => {
    expect(stepModes(META)).toEqual(['add', 'remove']);
    expect(stepModes({ ...META, by: 'files', modes: ['replace'] })).toEqual(['replace']);
    const draft = openJourney(SAVED);
    const list = { ...META, modes: ['replace' as const] };
    const told = describeStepDelivery(draft.deliveries['send'], [ADS], [list], undefined);
    expect(told.mode).toBeUndefined();
    expect(findJourneyGaps(draft, () => told).map(({ where }) => where)).toEqual([
      'steps[1].activation.mode',
    ]);
  });
});

describe('the branches of a split', () => {
  const split: RandomSplit = {
    kind: 'random-split',
    id: 's',
    branches: ['a', 'b', 'c'].map((id) => ({ id, name: `Branch ${id}` })),
    holdOut: 10,
  };

  it('are weighed to exactly what the hold-out leaves', () => {
    const weighed = weighEvenly({ ...split, holdOut: 0 });
    expect(weighed.branches.map(({ percent }) => percent)).toEqual([33.33, 33.33, 33.34]);
    expect(sumPercent(weighEvenly(split))).toBe(100);
    expect(dropWeights(weighEvenly(split))).toEqual(split);
  });

  it('are moved, and get names and ids that are free', () => {
    expect(moveBranch(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    const branches = [{ id: 'branch-2', name: 'Branch 2' }];
    expect(startBranch({ branches })).toEqual({ id: 'branch-3', name: 'Branch 3' });
  });
});

function never(): never {
  throw new Error('The saved journey has a delivery.');
}
