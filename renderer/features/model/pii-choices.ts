import { PiiKind } from '../../../electron/domain/model.ts';

const LABELS: Readonly<Record<PiiKind, string>> = {
  email: 'E-mail',
  phone: 'Phone',
  'first-name': 'First name',
  'last-name': 'Last name',
  'full-name': 'Full name',
  street: 'Street',
  city: 'City',
  'postal-code': 'Postal code',
  country: 'Country',
  'birth-date': 'Birth date',
  gender: 'Gender',
  'mobile-ad-id': 'Mobile advertising id',
  'ip-address': 'IP address',
  'customer-id': 'Customer id',
  other: 'Other personal data',
};

/** The kinds of personal data, as choices. */
export const PII_CHOICES = PiiKind.options.map((value) => ({ value, label: LABELS[value] }));
