import { quoteAll } from '../../text/format.ts';

/** What removing a part of the model takes along and breaks, for the question before it. */
export function describeRemoval(traits: readonly string[], audiences: readonly string[]): string {
  const sentences = ['The table itself is not touched. The removal can be undone until the page is left.'];
  if (traits.length > 0) sentences.push(`These traits go with it: ${quoteAll(traits)}.`);
  if (audiences.length > 0) {
    sentences.push(`These audiences use it and cannot run without it: ${quoteAll(audiences)}.`);
  }
  return sentences.join(' ');
}
