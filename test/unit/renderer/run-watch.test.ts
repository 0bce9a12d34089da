import { describe, expect, it } from 'vitest';
import type { ActivationRun, ExportRun, Run } from '../../../electron/domain/run.ts';
import { RunWatch } from '../../../renderer/shell/run-watch.ts';
import { describeOutcome, nameRun } from '../../../renderer/text/run.ts';

const common = {
  connectionId: 'c',
  audienceId: 'a',
  audienceName: 'Paid media',
  startedBy: 'ana',
  startedAt: '2026-11-20T10:00:00.000Z',
  asOf: '2026-11-20T10:00:00.000Z',
  sql: 'SELECT 1',
  columns: ['email'],
};

function activation(given: Partial<ActivationRun> = {}): ActivationRun {
  return {
    ...common,
    id: 'r1',
    kind: 'activation',
    status: 'running',
    activationId: 'x',
    activationName: 'Daily',
    destinationId: 'd',
    destinationLabel: 'Facebook',
    destinationKind: 'facebook',
    mode: 'add',
    startedFrom: 'app',
    recipeId: 'p',
    pin: 'table',
    counts: { members: 109, adds: 109, removes: 0, unchanged: 0, taken: 107, rejected: 2, unknown: 0 },
    files: [],
    approved: [],
    ...given,
  };
}

function exported(given: Partial<ExportRun> = {}): ExportRun {
  const target = { path: 'C:\\out\\paid.csv', format: 'csv' as const };
  return { ...common, id: 'r2', kind: 'export', status: 'running', target, ...given };
}

describe('what is said about a run', () => {
  it('names what went where, a file without its folder', () => {
    expect(nameRun(activation())).toBe('Paid media → Facebook');
    expect(nameRun(exported())).toBe('Paid media → paid.csv');
  });

  it('counts what was taken, and what was not only where there is such', () => {
    const none = { members: 5, adds: 0, removes: 0, unchanged: 5, taken: 0, rejected: 0, unknown: 0 };
    const all = { ...none, adds: 1200, removes: 3, taken: 1203 };
    expect(describeOutcome(activation({ status: 'incomplete' }))).toBe('107 taken, 2 rejected');
    expect(describeOutcome(activation({ status: 'succeeded', counts: all }))).toBe('1,203 taken');
    expect(describeOutcome(activation({ status: 'succeeded', counts: none }))).toBe('nothing to send');
    expect(
      describeOutcome(activation({ status: 'failed', counts: { ...all, taken: 3, unknown: 100 } })),
    ).toBe('failed, 3 taken, 100 unknown');
    expect(describeOutcome(exported({ status: 'succeeded', rows: 1 }))).toBe('1 row written');
  });
});

describe('the watch over runs', () => {
  const news = (watch: RunWatch, ...runs: Run[]) => watch.look(runs).news.map(({ runId }) => runId);

  it('says nothing of what it finds first, nor twice', () => {
    const watch = new RunWatch();
    const ended = activation({ status: 'succeeded' });
    expect(watch.look([ended])).toEqual({ changed: false, news: [] });
    expect(watch.look([ended])).toEqual({ changed: false, news: [] });
  });

  it('tells of the end of a run, of one that waits, and of one that it never saw running', () => {
    const watch = new RunWatch();
    watch.look([activation()]);
    expect(news(watch, activation({ status: 'paused' }))).toEqual(['r1']);
    expect(news(watch, activation())).toEqual([]);
    expect(news(watch, activation({ status: 'incomplete' }))).toEqual(['r1']);
    expect(news(watch, exported({ status: 'failed' }), activation({ status: 'incomplete' }))).toEqual(['r2']);
  });

  it('notices a start and a cancel without news of them', () => {
    const watch = new RunWatch();
    watch.look([]);
    expect(watch.look([activation()])).toEqual({ changed: true, news: [] });
    expect(watch.look([activation({ status: 'cancelled' })])).toEqual({ changed: true, news: [] });
  });

  it('gives the reason of a failure and of a pause', () => {
    const watch = new RunWatch();
    watch.look([]);
    const error = { code: 'AUTH_FAILED', message: 'Refused.', help: 'Sign in.', retry: 'after-fix' } as const;
    const pause = { reason: 'change', message: 'Twice as many members.' } as const;
    const found = watch.look([
      activation({ status: 'failed', error }),
      activation({ id: 'r3', status: 'paused', pause }),
    ]);
    expect(found.news.map(({ tone, detail }) => [tone, detail])).toEqual([
      ['danger', 'Refused.'],
      ['neutral', 'Twice as many members.'],
    ]);
  });
});
