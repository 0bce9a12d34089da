import { describe, expect, it } from 'vitest';
import { Handover } from '../../../electron/warehouses/handover.ts';

const signal = new AbortController().signal;

describe('a handover', () => {
  it('gives every item once, in order, and ends', async () => {
    const items = new Handover<number>();
    const making = (async () => {
      for (let item = 0; item < 100; item += 1) await items.put(item, signal);
      items.finish();
    })();
    const taken: number[] = [];
    for (let item = await items.take(); item !== undefined; item = await items.take()) taken.push(item);
    await making;
    expect(taken).toEqual(Array.from({ length: 100 }, (_, at) => at));
    expect(await items.take()).toBeUndefined();
  });

  it('lets the maker be two items ahead of a slow reader', async () => {
    const items = new Handover<number>();
    let made = 0;
    const making = (async () => {
      for (; made < 10; made += 1) await items.put(made, signal);
    })();
    await new Promise((resolve) => setImmediate(resolve));
    expect(made).toBe(1);
    expect(await items.take()).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(made).toBe(2);
    for (let left = 9; left > 0; left -= 1) await items.take();
    await making;
  });

  it('lets the maker go when it is aborted', async () => {
    const items = new Handover<number>();
    const abort = new AbortController();
    await items.put(1, abort.signal);
    const waiting = items.put(2, abort.signal);
    abort.abort();
    await waiting;
    await items.put(3, abort.signal);
    items.finish();
    expect([await items.take(), await items.take(), await items.take(), await items.take()]).toEqual([
      1,
      2,
      3,
      undefined,
    ]);
  });
});
