import { describe, expect, it } from 'vitest';
import { tellDefects } from '../../../electron/profile-api/tell-defects.ts';

const CANARY = 'zoe@example.com';

function makeTeller(): { tell: (error: unknown) => void; texts: string[] } {
  const texts: string[] = [];
  return { tell: tellDefects((text) => texts.push(text)), texts };
}

describe('defects of the Profile API', () => {
  it('are told by kind and place, without a word of their message', () => {
    const { tell, texts } = makeTeller();
    tell(new RangeError(`No row of ${CANARY}\n    at ${CANARY} (file.ts:1)`));
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain('RangeError');
    expect(texts[0]).toContain('tell-defects.test.ts');
    expect(texts[0]).not.toContain(CANARY);
  });

  it('say nothing of what was thrown without being an error', () => {
    const { tell, texts } = makeTeller();
    tell(CANARY);
    expect(texts).toHaveLength(1);
    expect(texts[0]).not.toContain(CANARY);
  });

  it('are told once each, and not without end', () => {
    const { tell, texts } = makeTeller();
    const fail = (): Error => new TypeError('the same');
    for (let time = 0; time < 3; time += 1) tell(fail());
    expect(texts).toHaveLength(1);
    for (let at = 0; at < 100; at += 1) {
      const error = new Error('another');
      error.stack = `Error: another\n    at place${at} (file.ts:${at}:1)`;
      tell(error);
    }
    expect(texts.length).toBeLessThan(30);
  });
});
