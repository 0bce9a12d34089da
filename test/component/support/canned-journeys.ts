import type { JourneyResults, Trace } from '../../../electron/contract/journeys.ts';
import { definitionOf, type Journey, type StepActivation } from '../../../electron/domain/journey.ts';
import type { Tick } from '../../../electron/domain/tick.ts';
import { AUDIENCES, MAIL, META } from './canned-destinations.ts';
import { AS_OF } from './canned-lakehouse.ts';

const GUARDS = { maxRejected: 0.2, maxChange: 0.3 };
const EMAIL = { kind: 'attribute' as const, entity: 'customer', column: 'email' };

export const TO_META_STEP: StepActivation = {
  destination: META.id,
  mode: 'add',
  fields: [{ to: 'EMAIL', from: EMAIL, form: 'vendor' }],
  target: {},
  guards: GUARDS,
};

export const TO_MAIL_STEP: StepActivation = {
  destination: MAIL.id,
  mode: 'send',
  fields: [{ to: 'email', from: EMAIL, form: 'vendor' }],
  target: { what: 'transmission', templateId: 'newsletter' },
  guards: GUARDS,
};

const DRAFT: Journey = {
  id: 'bundle',
  name: 'Bundle',
  steps: [
    { kind: 'entry', id: 'entry', audience: AUDIENCES[0]?.id, next: 'split' },
    {
      kind: 'audience-split',
      id: 'split',
      name: 'Emailable?',
      branches: [
        { id: 'big', name: 'Big', audience: AUDIENCES[1]?.id, next: 'mail' },
        { id: 'all', name: 'All', audience: AUDIENCES[0]?.id, next: 'ads' },
      ],
      others: { next: 'pause' },
    },
    { kind: 'activate', id: 'mail', name: 'Newsletter', activation: TO_MAIL_STEP },
    { kind: 'activate', id: 'ads', name: 'Facebook', activation: TO_META_STEP },
    { kind: 'wait', id: 'pause', wait: { for: { amount: 7, unit: 'days' } }, next: 'split' },
  ],
  reentry: { kind: 'once' },
  exits: [],
  suppress: [],
  caps: [],
  layout: {
    entry: { x: 0, y: 80 },
    split: { x: 320, y: 40 },
    mail: { x: 660, y: 0 },
    ads: { x: 660, y: 120 },
    pause: { x: 660, y: 240 },
  },
  status: 'draft',
  versions: [],
};

/** A journey that was never published. */
export const BUNDLE: Journey = DRAFT;

/** The same, live with one version. */
export const LIVE_BUNDLE: Journey = {
  ...DRAFT,
  status: 'live',
  versions: [
    {
      number: 1,
      publishedAt: AS_OF,
      inside: 'keep',
      definition: definitionOf(DRAFT),
      audiences: {},
    },
  ],
};

export const NO_RESULTS: JourneyResults = {
  entries: 0,
  customers: 0,
  inside: 0,
  goals: 0,
  steps: [],
  flows: [],
  left: [],
};

export const RESULTS: JourneyResults = {
  asOf: AS_OF,
  entries: 420,
  customers: 412,
  inside: 30,
  goals: 9,
  steps: [
    { step: 'split', inside: 0, sent: 0, notSent: [{ reason: 'priority', way: 'b-all', customers: 77 }] },
    { step: 'mail', inside: 0, sent: 250, notSent: [{ reason: 'capped', customers: 3 }] },
    { step: 'ads', inside: 0, sent: 137, notSent: [] },
    { step: 'pause', inside: 30, sent: 0, notSent: [] },
  ],
  flows: [
    { step: 'entry', way: 'next', to: 'split', customers: 420 },
    { step: 'split', way: 'b-big', to: 'mail', customers: 253 },
    { step: 'split', way: 'b-all', to: 'ads', customers: 137 },
    { step: 'split', way: 'others', to: 'pause', customers: 60 },
    { step: 'pause', way: 'next', to: 'split', customers: 30 },
    { step: 'mail', way: 'next', customers: 253 },
    { step: 'ads', way: 'next', customers: 137 },
  ],
  left: [
    { step: 'mail', reason: 'end', customers: 253 },
    { step: 'ads', reason: 'end', customers: 137 },
  ],
};

/** A tick of the journey with some counts. */
export function makeTick(change: Partial<Tick>): Tick {
  const number = change.number ?? 1;
  return {
    id: `tick-${number}`,
    connectionId: 'sample',
    journeyId: DRAFT.id,
    journeyName: DRAFT.name,
    number,
    at: AS_OF,
    asOf: AS_OF,
    startedBy: 'ana',
    startedFrom: 'app',
    startedAt: AS_OF,
    status: 'done',
    phase: 'moving',
    version: 1,
    counts: [
      { kind: 'entered', version: 1, step: 'entry', customers: 412 },
      { kind: 'sent', version: 1, step: 'mail', customers: 250 },
      { kind: 'not-sent', version: 1, step: 'split', way: 'b-all', reason: 'priority', customers: 77 },
      { kind: 'left', version: 1, step: 'mail', reason: 'end', customers: 250 },
    ],
    sends: [
      { version: 1, step: 'mail', stepName: 'Newsletter', channel: 'email', customers: 250, runId: 'run-7' },
    ],
    ...change,
  };
}

const row = { tick: 1, at: AS_OF, entry: 1, version: 1 };

/** A customer who got the newsletter and not the ad. */
export const TRACE: Trace = {
  rows: [
    { ...row, kind: 'entered', step: 'entry' },
    { ...row, kind: 'passed', step: 'entry', way: 'next', nextStep: 'split' },
    { ...row, kind: 'not-sent', step: 'split', way: 'b-all', reason: 'priority' },
    { ...row, kind: 'passed', step: 'split', way: 'b-big', nextStep: 'mail' },
    { ...row, kind: 'sent', step: 'mail' },
    { ...row, kind: 'left', step: 'mail', reason: 'end' },
  ],
  isComplete: true,
};
