import {
  startFacebookWorld,
  startPinterestWorld,
  startSparkPostWorld,
  startTikTokFileWorld,
  startTikTokWorld,
  startWebhookWorld,
} from '../../support/kill/worlds.ts';
import { describeRunner } from './runner.contract.ts';

describeRunner('SparkPost transmissions', {
  start: () => startSparkPostWorld('transmission'),
  wrongSecrets: { apiKey: 'key-of-somebody-else' },
  // A third of a second until a batch that is not found was not sent.
  settings: { settleMinutes: 0.005 },
  whenEmpty: 'all stay',
  hasIdentifiers: true,
});
describeRunner('a SparkPost list', {
  start: () => startSparkPostWorld('list'),
  wrongSecrets: { apiKey: 'key-of-somebody-else' },
  whenEmpty: 'all stay',
  hasIdentifiers: true,
});
describeRunner('a mirrored Facebook audience', {
  start: () => startFacebookWorld('mirror'),
  // Meta counts in minutes.
  retryAfterS: 0,
  wrongSecrets: { token: 'EAAtokenOfSomebodyElse' },
  whenEmpty: 'all go',
  hasIdentifiers: true,
});
describeRunner('a replaced Facebook audience', {
  start: () => startFacebookWorld('replace'),
  retryAfterS: 0,
  heldUpMs: 91 * 60_000,
  wrongSecrets: { token: 'EAAtokenOfSomebodyElse' },
  whenEmpty: 'refused',
  hasIdentifiers: true,
});
describeRunner('a Pinterest list', {
  start: startPinterestWorld,
  wrongSecrets: { token: 'pina_OF_SOMEBODY_ELSE' },
  whenEmpty: 'all go',
  hasIdentifiers: true,
});
describeRunner('a TikTok audience', {
  start: startTikTokWorld,
  wrongSecrets: { token: 'tiktok-token-of-somebody-else' },
  whenEmpty: 'all go',
  hasIdentifiers: true,
});
describeRunner('a TikTok audience of files', {
  start: startTikTokFileWorld,
  wrongSecrets: { token: 'tiktok-token-of-somebody-else' },
  whenEmpty: 'refused',
  hasIdentifiers: true,
});
describeRunner('a webhook', {
  start: startWebhookWorld,
  wrongSecrets: { signingSecret: 'whsec-of-somebody-else' },
  whenEmpty: 'all go',
  hasIdentifiers: false,
});
