import type { OutputColumn } from '../../../electron/domain/audience.ts';
import type { Rule } from '../../../electron/domain/rule.ts';

/** The greatest audience there is: every household. */
export const EVERYBODY: Rule = { kind: 'all', rules: [] };

const PROFILE = [
  'email',
  'phone',
  'first_name',
  'last_name',
  'city',
  'country',
  'loyalty_tier',
  'created_at',
];

/** What a channel asks for: the profile, and a year's spend added up over all transactions. */
export const PROFILE_AND_SPEND: OutputColumn[] = [
  ...PROFILE.map((column): OutputColumn => ({ kind: 'attribute', entity: 'customer', column })),
  { kind: 'trait', trait: 'total-spend-12-months' },
];
