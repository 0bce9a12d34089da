import axe from 'axe-core';
import { expect } from 'vitest';

/** Expects that axe finds nothing serious on the page once it rests: what fades in has less contrast on its way. */
export async function judgePage(): Promise<void> {
  const ending = document
    .getAnimations()
    .filter((each) => each.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
  // An animation whose element goes away is cancelled: it rests as well.
  await Promise.allSettled(ending.map((each) => each.finished));
  const { violations } = await axe.run(document.body);
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
}
