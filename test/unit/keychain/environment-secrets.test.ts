import { expect, it } from 'vitest';
import { withEnvironmentSecrets } from '../../../electron/keychain/environment-secrets.ts';
import { createSessionSecrets } from '../../../electron/keychain/session-secrets.ts';

it('reads the secrets of a connection from the environment before its entry', async () => {
  const kept = createSessionSecrets();
  await kept.write('connection:my-shop', { token: 'kept' });
  await kept.write('connection:my', { token: 'other' });
  const environment = {
    SLIPWAY_SECRET_MY_SHOP_TOKEN: 'given',
    SLIPWAY_SECRET_MY_SHOP_CLIENT_SECRET: 'too',
    PATH: '/bin',
  };
  const secrets = withEnvironmentSecrets(kept, environment, ['token', 'clientSecret']);
  expect(await secrets.read('connection:my-shop')).toEqual({ token: 'given', clientSecret: 'too' });
  expect(await secrets.read('connection:my')).toEqual({ token: 'other' });
});
