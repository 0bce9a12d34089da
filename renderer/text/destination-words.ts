import type { ActivationMode, Channel } from '../../electron/domain/destination.ts';

const CHANNELS: Readonly<Record<Channel, string>> = {
  email: 'Email',
  'paid-media': 'Paid media',
  file: 'Files',
  webhook: 'Webhook',
};

/** The name of a channel. */
export function describeChannel(channel: Channel): string {
  return CHANNELS[channel];
}

/** A mode with what it does, in one line. */
export type ModeText = { readonly label: string; readonly hint: string };

const MODES: Readonly<Record<ActivationMode, ModeText>> = {
  add: { label: 'Add', hint: 'Adds the members. Who is there already stays.' },
  remove: { label: 'Remove', hint: 'Removes the members from what is there.' },
  mirror: {
    label: 'Mirror',
    hint: 'Sends what changed since the last run: who came is added, who left is removed.',
  },
  replace: { label: 'Replace', hint: 'Sends all members in place of what was there.' },
  send: { label: 'Send', hint: 'Sends a message to each member, on every run.' },
};

/** A mode with what it does. */
export function describeMode(mode: ActivationMode): ModeText {
  return MODES[mode];
}
