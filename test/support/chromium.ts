/** The Chromium that component tests and browser flows run in: the system's, never a downloaded one. */
export const chromiumPath = process.env['SLIPWAY_CHROMIUM'] ?? '/usr/bin/chromium';

/** Flags that keep Chromium quiet and offline, and let it start for root in a container. */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
