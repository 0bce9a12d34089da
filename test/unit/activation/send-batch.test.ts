import { describe, expect, it } from 'vitest';
import { type Pace, RequestGate, waitFor } from '../../../electron/activation/pace.ts';
import { type SendContext, sendBatch } from '../../../electron/activation/send-batch.ts';
import {
  type BatchReply,
  type Delivery,
  DeliveryFailure,
} from '../../../electron/destinations/destination.ts';
import { batchOf } from '../../support/batch.ts';

const FAST: Pace = { first: 1, longest: 4, attempts: 4, resolve: 20 };
const BATCH = batchOf([['a@example.com']]);
const REPLY: BatchReply = { rejected: [], exchange: { request: 'POST /', status: 200 } };
type Answer = DeliveryFailure['kind'] | 'taken';

function failure(kind: DeliveryFailure['kind'], afterMs?: number): DeliveryFailure {
  const error = { code: 'TIMEOUT', message: `It is ${kind}.`, help: 'Wait.', retry: 'later' } as const;
  return new DeliveryFailure(kind, error, afterMs === undefined ? {} : { afterMs });
}

/** A delivery that answers as it is told, and what the journal then holds. */
function scripted(answers: readonly Answer[], outcomes: readonly ('taken' | 'not-taken' | 'unknown')[] = []) {
  const log: string[] = [];
  const left = [...answers];
  const known = [...outcomes];
  const delivery: Delivery = {
    send: async () => {
      const answer = left.shift() ?? 'taken';
      if (answer === 'taken') return REPLY;
      throw failure(answer);
    },
    ...(outcomes.length === 0 ? {} : { resolve: async () => known.shift() ?? 'unknown' }),
  };
  const context = (resend: 'safe' | 'never'): SendContext => ({
    delivery,
    resend,
    pace: FAST,
    gate: new RequestGate(undefined),
    signal: new AbortController().signal,
    stopping: new AbortController().signal,
    journal: {
      sending: (_, attempt) => {
        log.push(`sending ${attempt}`);
        return 0;
      },
      taken: () => void log.push('taken'),
      notTaken: () => void log.push('not taken'),
      unknown: () => void log.push('unknown'),
      refused: () => void log.push('refused'),
    },
  });
  return { context, log };
}

describe('a batch', () => {
  it.each<[string, 'safe' | 'never', Answer[], ('taken' | 'not-taken' | 'unknown')[], string, string[]]>([
    ['is taken at once', 'safe', ['taken'], [], 'taken', ['sending 1', 'taken']],
    [
      'is sent again while nothing was taken',
      'never',
      ['retry', 'retry'],
      [],
      'taken',
      ['sending 1', 'not taken', 'sending 2', 'not taken', 'sending 3', 'taken'],
    ],
    [
      'is sent again after an unknown outcome where that is safe',
      'safe',
      ['unknown'],
      [],
      'taken',
      ['sending 1', 'unknown', 'sending 2', 'taken'],
    ],
    [
      'is looked up after an unknown outcome where it is not',
      'never',
      ['unknown'],
      ['unknown', 'taken'],
      'taken',
      ['sending 1', 'unknown', 'taken'],
    ],
    [
      'is sent again once it is known that it was not taken',
      'never',
      ['unknown'],
      ['not-taken'],
      'taken',
      ['sending 1', 'unknown', 'not taken', 'sending 2', 'taken'],
    ],
    [
      'stays unknown, and is not sent again, where nobody can tell',
      'never',
      ['unknown'],
      [],
      'unknown',
      ['sending 1', 'unknown'],
    ],
    [
      'stays unknown once it was asked for long enough',
      'never',
      ['unknown'],
      Array.from({ length: 500 }, () => 'unknown' as const),
      'unknown',
      ['sending 1', 'unknown'],
    ],
    ['is refused for good', 'safe', ['reject'], [], 'refused', ['sending 1', 'refused']],
  ])('%s', async (_, resend, answers, outcomes, expected, journal) => {
    const { context, log } = scripted(answers, outcomes);
    expect(await sendBatch(BATCH, context(resend), undefined)).toBe(expected);
    expect(log).toEqual(journal);
  });

  it('ends the run after its last try, or where a person has to act', async () => {
    const tired = scripted(['retry', 'retry', 'retry', 'retry']);
    await expect(sendBatch(BATCH, tired.context('safe'), undefined)).rejects.toMatchObject({ kind: 'retry' });
    expect(tired.log.filter((each) => each.startsWith('sending'))).toHaveLength(4);
    const stopped = scripted(['stop']);
    await expect(sendBatch(BATCH, stopped.context('safe'), undefined)).rejects.toMatchObject({
      kind: 'stop',
    });
    expect(stopped.log).toEqual(['sending 1', 'not taken']);
  });

  it.each([
    ['taken', 'taken', ['unknown', 'taken']],
    ['not-taken', 'taken', ['unknown', 'not taken', 'sending 3', 'taken']],
  ] as const)(
    'that a crash left without an answer is looked up first: %s',
    async (outcome, expected, journal) => {
      const { context, log } = scripted([], [outcome]);
      expect(await sendBatch(BATCH, context('never'), { sentAt: 0, attempts: 2 })).toBe(expected);
      expect(log).toEqual(journal);
    },
  );

  it('waits no longer once a person cancels, and is not marked as anything it is not', async () => {
    const { context, log } = scripted(['retry']);
    const stopping = new AbortController();
    const slow = {
      ...context('safe'),
      pace: { ...FAST, first: 60_000, longest: 60_000 },
      stopping: stopping.signal,
    };
    const sending = sendBatch(BATCH, slow, undefined);
    setTimeout(() => stopping.abort(), 5);
    await expect(sending).rejects.toThrow();
    expect(log).toEqual(['sending 1', 'not taken']);
  });
});

describe('the wait before a try', () => {
  it('doubles with jitter up to the longest, and obeys what the vendor asked for', () => {
    const pace: Pace = { first: 100, longest: 1_000, attempts: 9, resolve: 0 };
    expect([1, 2, 3, 4, 5].map((failures) => waitFor(pace, failures, undefined, () => 1))).toEqual([
      100, 200, 400, 800, 1_000,
    ]);
    expect(waitFor(pace, 1, undefined, () => 0)).toBe(50);
    expect(waitFor(pace, 1, 30_000, () => 0)).toBe(30_000);
    expect(waitFor(pace, 1, 30_000, () => 1)).toBe(33_000);
  });
});
