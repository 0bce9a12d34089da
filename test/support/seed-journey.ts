import type { JourneyForm, Step, StepActivation } from '../../electron/domain/journey.ts';
import { adsConsent, emailConsent, field } from './seed-activations.ts';

const guards = { maxRejected: 1, maxChange: 1 };

/** Percent of those who cannot be mailed whom the seed's journey holds out. */
export const HELD_OUT_PERCENT = 10;

/** What each step of the seed's journey sends, by the step. */
const BY_API: Readonly<Record<string, StepActivation>> = {
  newsletter: {
    destination: 'sparkpost',
    mode: 'send',
    target: { what: 'transmission', templateId: 'welcome' },
    fields: [field('email', 'email'), field('first_name', 'first_name')],
    consent: emailConsent,
    guards,
  },
  facebook: {
    destination: 'facebook',
    mode: 'add',
    target: { audienceName: 'Journey', customerFileSource: 'USER_PROVIDED_ONLY' },
    fields: [field('EMAIL', 'email'), field('PHONE', 'phone')],
    consent: adsConsent,
    guards,
  },
  pinterest: {
    destination: 'pinterest',
    mode: 'add',
    target: { listName: 'Journey' },
    fields: [field('EMAIL', 'email')],
    consent: adsConsent,
    guards,
  },
  tiktok: {
    destination: 'tiktok',
    mode: 'add',
    target: { audienceName: 'Journey' },
    fields: [field('EMAIL_SHA256', 'email'), field('PHONE_SHA256', 'phone')],
    consent: adsConsent,
    guards,
  },
};

/** The same branches as a file each at one destination for files. */
function byFile(destination: string): Readonly<Record<string, StepActivation>> {
  const consents = {
    newsletter: emailConsent,
    facebook: adsConsent,
    pinterest: adsConsent,
    tiktok: adsConsent,
  };
  return Object.fromEntries(
    Object.entries(consents).map(([step, consent]) => [
      step,
      {
        destination,
        mode: 'replace',
        target: { fileName: `journey-${step}-{date}` },
        fields: [
          { to: 'customer_id', from: { kind: 'customer-id' }, form: 'as-is' },
          field('email', 'email', 'as-is'),
        ],
        consent,
        guards,
      } satisfies StepActivation,
    ]),
  );
}

/**
 * The seed's journey: who of the bundle's target can be mailed gets the newsletter, the others are split evenly over paid media, some held out. By the
 * APIs, or as a file for each branch at a destination for files.
 */
export function seedJourney(name: string, filesAt?: string): JourneyForm {
  const sends = filesAt === undefined ? BY_API : byFile(filesAt);
  const media = ['facebook', 'pinterest', 'tiktok'];
  const activate = (id: string): Step => {
    const activation = sends[id];
    return { kind: 'activate', id, ...(activation === undefined ? {} : { activation }) };
  };
  return {
    name,
    steps: [
      { kind: 'entry', id: 'entry', audience: 'bundle-target', next: 'emailable' },
      {
        kind: 'audience-split',
        id: 'emailable',
        branches: [{ id: 'yes', name: 'Emailable', audience: 'emailable', next: 'newsletter' }],
        others: { next: 'media' },
      },
      activate('newsletter'),
      {
        kind: 'random-split',
        id: 'media',
        branches: media.map((id) => ({ id, name: id, next: id })),
        holdOut: HELD_OUT_PERCENT,
      },
      ...media.map(activate),
    ],
    reentry: { kind: 'once' },
    exits: [],
    suppress: [],
    caps: [],
    layout: {},
  };
}
