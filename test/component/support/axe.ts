import axe from 'axe-core';

/** What axe finds serious in the whole page, each with where it is: empty where there is nothing. */
export async function findFlaws(): Promise<string[]> {
  // What fades in has no contrast yet.
  const passing = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
  await Promise.allSettled(passing.map(({ finished }) => finished));
  const { violations } = await axe.run(document);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
