import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { FieldRecipe } from '../../../electron/domain/recipe.ts';
import type { RejectedRow } from '../../../electron/domain/run.ts';
import { openStore } from '../../../electron/store/open-store.ts';
import type { Store } from '../../../electron/store/store.ts';
import {
  NOW,
  activation,
  activationRun,
  batch,
  destination,
  model,
  shop,
} from '../../support/activation-samples.ts';

let store: Store;
beforeEach(() => {
  store = openStore(':memory:');
  onTestFinished(() => store.close());
});

describe('destinations', () => {
  it('are kept in the order in which they were made, until they are removed', () => {
    for (const id of ['b', 'a']) store.saveDestination({ ...destination, id });
    store.saveDestination({ ...destination, id: 'b', label: 'Renamed' });
    expect(store.listDestinations()).toEqual([
      { ...destination, id: 'b', label: 'Renamed' },
      { ...destination, id: 'a' },
    ]);
    expect(store.findDestination('a')).toEqual({ ...destination, id: 'a' });
    store.removeDestination('b');
    expect(store.findDestination('b')).toBeUndefined();
    expect(store.listDestinations().map((each) => each.id)).toEqual(['a']);
  });

  it('are replaced by those of an imported workspace, in its order', () => {
    store.saveDestination({ ...destination, id: 'old' });
    const destinations = ['b', 'a'].map((id) => ({ ...destination, id }));
    store.importWorkspace({ version: 1, connections: [], destinations, models: [] }, NOW);
    expect(store.listDestinations()).toEqual(destinations);
  });
});

describe('activations', () => {
  beforeEach(() => {
    store.saveConnection(shop);
    store.saveModel('shop', model);
  });

  it('come back as they were put in', () => {
    const whole = {
      ...activation,
      consent: { entity: 'customer', column: 'consents', path: ['email'] },
      schedule: { cron: '0 6 * * *', timeZone: 'Europe/Berlin' },
    };
    store.saveActivation('shop', whole);
    store.saveActivation('shop', { ...activation, id: 'a-later-one' });
    expect(store.findActivation('shop', whole.id)).toEqual(whole);
    store.saveActivation('shop', activation);
    expect(store.listActivations('shop').map((each) => each.id)).toEqual([activation.id, 'a-later-one']);
    expect(store.findActivation('shop', whole.id)).toEqual(activation);
    store.removeActivation('shop', whole.id);
    expect(store.findActivation('shop', whole.id)).toBeUndefined();
    expect(store.findActivation('other', 'a-later-one')).toBeUndefined();
  });

  it('need a model, stay when it changes, and go with it, while destinations, recipes and runs stay', () => {
    expect(() => store.saveActivation('nowhere', activation)).toThrow();
    store.saveDestination(destination);
    store.saveActivation('shop', activation);
    store.saveModel('shop', { ...model, customer: { ...model.customer, label: 'Household' } });
    expect(store.listActivations('shop')).toEqual([activation]);
    store.saveRecipes('recipes-1', []);
    store.noteRecipesUsed('shop/meta/42', 'recipes-1');
    store.saveRun(activationRun('r1'));
    store.saveBatch('r1', batch(1));
    store.saveRejected('r1', [{ seq: 1, reason: 'No address.' }]);
    store.saveRunState('r1', { session: 7 });

    store.removeConnection('shop');
    store.saveConnection(shop);
    store.saveModel('shop', model);
    expect(store.listActivations('shop')).toEqual([]);
    expect(store.listDestinations()).toEqual([destination]);
    expect(store.listRecipesUsed('shop/meta/42')).toEqual(['recipes-1']);
    expect(store.findRun('r1')).toEqual(activationRun('r1'));
    expect(store.listBatches('r1', 0, 10)).toEqual([batch(1)]);
    expect(store.listRejected('r1', 0, 10)).toHaveLength(1);
    expect(store.findRunState('r1')).toEqual({ session: 7 });
  });
});

describe('recipes', () => {
  const recipes: readonly FieldRecipe[] = [
    { field: 'PHONE', recipe: { steps: ['e164'], hash: 'sha256', country: 'DE' } },
    { field: 'EMAIL', recipe: { steps: ['trim', 'lowercase', 'email'], hash: 'sha256' } },
  ];

  it('stay as they were first kept under an id', () => {
    store.saveRecipes('recipes-1', recipes);
    store.saveRecipes('recipes-1', []);
    expect(store.findRecipes('recipes-1')).toEqual(recipes);
    expect(store.findRecipes('recipes-2')).toBeUndefined();
  });

  it('are listed by the place where they were used, each once, the first used first', () => {
    for (const id of ['z', 'a']) {
      store.saveRecipes(id, recipes);
      store.noteRecipesUsed('shop/meta/42', id);
    }
    store.noteRecipesUsed('shop/meta/42', 'z');
    store.noteRecipesUsed('shop/meta/43', 'a');
    expect(store.listRecipesUsed('shop/meta/42')).toEqual(['z', 'a']);
    expect(store.listRecipesUsed('shop/meta/44')).toEqual([]);
    expect(() => store.noteRecipesUsed('shop/meta/42', 'never-kept')).toThrow();
  });
});

describe('runs of an activation', () => {
  const day = (of: number): string => `2026-11-0${of}T12:00:00.000Z`;

  it('are found by the newest, of any status or of one, retries left out', () => {
    store.saveRun(activationRun('r1', { startedAt: day(1), status: 'running' }));
    store.saveRun(activationRun('r1', { startedAt: day(1) }));
    store.saveRun(activationRun('r2', { startedAt: day(2), status: 'failed' }));
    store.saveRun(activationRun('r3', { startedAt: day(3), retryOf: 'r1' }));
    store.saveRun(activationRun('r4', { startedAt: day(4), activationId: 'another' }));
    store.saveRun(activationRun('r5', { startedAt: day(5), connectionId: 'other' }));
    const last = (...status: Parameters<Store['findLastRun']>[2][]): string | undefined =>
      store.findLastRun('shop', activation.id, ...status)?.id;
    expect(last()).toBe('r2');
    expect(last('succeeded')).toBe('r1');
    expect(last('paused')).toBeUndefined();
    expect(store.findLastRun('shop', 'never-run')).toBeUndefined();
    expect(store.findRun('r3')).toMatchObject({ kind: 'activation', retryOf: 'r1' });
  });

  it('are unfinished only while they run', () => {
    for (const status of ['running', 'paused', 'interrupted', 'incomplete'] as const) {
      store.saveRun(activationRun(status, { status }));
    }
    expect(store.listUnfinishedRuns().map((each) => each.id)).toEqual(['running']);
  });

  it('keep their batches in order, by page and by status', () => {
    store.saveRun(activationRun('r1'));
    store.saveRun(activationRun('r2'));
    for (const number of [3, 1, 12, 2]) store.saveBatch('r1', batch(number));
    store.saveBatch('r2', batch(1, { status: 'unknown' }));
    const unknown = batch(2, {
      status: 'unknown',
      attempts: 2,
      exchange: { request: 'POST /users', status: 500, note: 'No answer.' },
      error: { code: 'TIMEOUT', message: 'No answer.', help: 'Try again.', retry: 'later' },
    });
    store.saveBatch('r1', unknown);
    store.saveBatch('r1', batch(12, { status: 'sent' }));
    expect(store.listBatches('r1', 0, 2)).toEqual([batch(1), unknown]);
    expect(store.listBatches('r1', 2, 10).map((each) => each.number)).toEqual([3, 12]);
    expect(store.listBatchesIn('r1', ['sent', 'unknown'])).toEqual([unknown, batch(12, { status: 'sent' })]);
    expect(store.listBatchesIn('r1', [])).toEqual([]);
    expect(() => store.saveBatch('r3', batch(1))).toThrow();
  });

  it('keep the state of a delivery, the last one', () => {
    store.saveRun(activationRun('r1'));
    expect(store.findRunState('r1')).toBeUndefined();
    store.saveRunState('r1', { session: 7 });
    store.saveRunState('r1', { session: 8, parts: ['a', null, { etag: 'b' }] });
    expect(store.findRunState('r1')).toEqual({ session: 8, parts: ['a', null, { etag: 'b' }] });
  });
});

describe('rejected rows', () => {
  beforeEach(() => store.saveRun(activationRun('r1')));

  it('stay as they were first kept, and new ones are counted', () => {
    expect(store.saveRejected('r1', [{ seq: 2, field: 'EMAIL', reason: 'Not an address.' }])).toBe(1);
    const further = [2, 1].map((seq) => ({ seq, reason: 'Refused.' }));
    expect(store.saveRejected('r1', further)).toBe(1);
    expect(store.listRejected('r1', 0, 10)).toEqual([
      { seq: 1, reason: 'Refused.' },
      { seq: 2, field: 'EMAIL', reason: 'Not an address.' },
    ]);
    expect(store.listRejected('r1', 1, 10).map((each) => each.seq)).toEqual([2]);
    expect(store.listRejected('r2', 0, 10)).toEqual([]);
  });

  it('are kept all or none', () => {
    const rows: RejectedRow[] = [
      { seq: 1, reason: 'Refused.' },
      { seq: 1.5, reason: 'No position.' },
    ];
    expect(() => store.saveRejected('r1', rows)).toThrow();
    expect(store.listRejected('r1', 0, 10)).toEqual([]);
    expect(() => store.saveRejected('r2', [{ seq: 1, reason: 'Refused.' }])).toThrow();
  });

  it('are paged and counted by field and reason where there are 100,000', () => {
    const reasonOf = (seq: number): Omit<RejectedRow, 'seq'> => {
      if (seq % 10 === 0) return { field: 'PHONE', reason: 'Not a phone number.' };
      return seq % 4 === 0 ? { reason: 'Refused.' } : { field: 'EMAIL', reason: 'Not an address.' };
    };
    const rows = Array.from({ length: 100_000 }, (_, at) => ({ seq: at + 1, ...reasonOf(at + 1) }));
    expect(store.saveRejected('r1', rows)).toBe(100_000);
    const read: RejectedRow[] = [];
    for (let page = store.listRejected('r1', 0, 7_000); page.length > 0;) {
      read.push(...page);
      page = store.listRejected('r1', read.at(-1)?.seq ?? 0, 7_000);
    }
    expect(read).toEqual(rows);
    expect(store.countRejected('r1')).toEqual([
      { field: 'EMAIL', reason: 'Not an address.', rows: 70_000 },
      { reason: 'Refused.', rows: 20_000 },
      { field: 'PHONE', reason: 'Not a phone number.', rows: 10_000 },
    ]);
    expect(store.countRejected('r2')).toEqual([]);
  });
});
