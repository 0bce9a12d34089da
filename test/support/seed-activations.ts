import type { Activation, FieldMapping } from '../../electron/domain/activation.ts';
import type { SeedPlace } from './seed-vendors.ts';

const customer = (column: string): FieldMapping['from'] => ({
  kind: 'attribute',
  entity: 'customer',
  column,
});
/** A field that a column of the customer fills. */
export const field = (to: string, column: string, form: FieldMapping['form'] = 'vendor'): FieldMapping => ({
  to,
  from: customer(column),
  form,
});
const shared = { guards: { maxRejected: 1, maxChange: 0.3 } };
/** Who agreed to mails, and to ads. */
export const emailConsent = { entity: 'customer', column: 'email_consent' };
export const adsConsent = { entity: 'customer', column: 'ads_consent' };

/** The seed's activations: by API, and the same by file over SFTP and S3. Places that are not there are left out. */
export function seedActivations(places: readonly SeedPlace[]): Activation[] {
  const all: Activation[] = [
    {
      ...shared,
      id: 'bundle-mail',
      name: 'Bundle newsletter',
      audience: 'bundle-target',
      destination: 'sparkpost',
      mode: 'replace',
      target: { what: 'list', listId: 'bundle' },
      fields: [field('email', 'email'), field('first_name', 'first_name')],
      consent: emailConsent,
    },
    {
      ...shared,
      id: 'emailable-mail',
      name: 'Emailable newsletter',
      audience: 'emailable',
      destination: 'sparkpost',
      mode: 'replace',
      target: { what: 'list', listId: 'emailable' },
      fields: [field('email', 'email')],
      consent: emailConsent,
    },
    {
      ...shared,
      guards: { maxRejected: 0.2, maxChange: 0.3 },
      id: 'media-facebook',
      name: 'Media at Facebook',
      audience: 'paid-media',
      destination: 'facebook',
      mode: 'mirror',
      target: { audienceName: 'Paid media', customerFileSource: 'USER_PROVIDED_ONLY' },
      fields: [field('EMAIL', 'email'), field('PHONE', 'phone')],
      consent: adsConsent,
    },
    {
      ...shared,
      id: 'media-pinterest',
      name: 'Media at Pinterest',
      audience: 'paid-media',
      destination: 'pinterest',
      mode: 'mirror',
      target: { listName: 'Paid media' },
      fields: [field('EMAIL', 'email')],
      consent: adsConsent,
    },
    {
      ...shared,
      id: 'media-tiktok',
      name: 'Media at TikTok',
      audience: 'paid-media',
      destination: 'tiktok',
      mode: 'mirror',
      target: { audienceName: 'Paid media' },
      fields: [field('EMAIL_SHA256', 'email'), field('PHONE_SHA256', 'phone')],
      consent: adsConsent,
    },
    ...['sftp', 's3'].flatMap((destination): Activation[] => [
      {
        ...shared,
        id: `media-${destination}`,
        name: `Media by ${destination}`,
        audience: 'paid-media',
        destination,
        mode: 'replace',
        target: { fileName: 'media-{date}', manifest: true },
        fields: [
          { to: 'customer_id', from: { kind: 'customer-id' }, form: 'as-is' },
          field('email_sha256', 'email', 'sha256'),
        ],
        consent: adsConsent,
      },
      {
        ...shared,
        id: `emailable-${destination}`,
        name: `Emailable by ${destination}`,
        audience: 'emailable',
        destination,
        mode: 'replace',
        target: { fileName: 'emailable-{date}' },
        fields: [
          { to: 'customer_id', from: { kind: 'customer-id' }, form: 'as-is' },
          field('email', 'email', 'as-is'),
        ],
        consent: emailConsent,
      },
    ]),
  ];
  return all.filter(({ destination }) => places.some(({ id }) => id === destination));
}
