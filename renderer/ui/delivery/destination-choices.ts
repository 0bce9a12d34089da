import type { DestinationView } from '../../../electron/contract/contract.ts';
import { describeChannel } from '../../text/destination-words.ts';
import type { Choice } from '../choice.ts';

/** The saved destinations by their channel. */
export function destinationChoices(destinations: readonly DestinationView[]): Choice[] {
  return destinations.map((each) => ({
    value: each.id,
    label: each.label,
    hint: each.kindLabel,
    group: each.channel === undefined ? undefined : describeChannel(each.channel),
  }));
}
