import { createHash } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashWhileWritten } from '../../../../electron/activation/files/hash-file.ts';
import { makeTemporaryFolder } from '../../../support/temporary-folder.ts';

const never = new AbortController().signal;

describe('a file that is hashed while it is written', () => {
  it('has the digest and the size of what was written, in whatever parts and pauses', async () => {
    const part = fc.record({
      bytes: fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.constant(new Uint8Array(1_500_000).fill(7))),
      wait: fc.constantFrom(0, 0, 0, 1, 30),
    });
    const folder = makeTemporaryFolder();
    let made = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const path = join(folder, `file ${(made += 1)}`);
        const write = async (): Promise<string> => {
          await writeFile(path, '');
          for (const { bytes, wait } of parts) {
            await appendFile(path, bytes);
            if (wait > 0) await delay(wait);
          }
          return 'written';
        };
        const whole = Buffer.concat(parts.map(({ bytes }) => bytes));
        const sha256 = createHash('sha256').update(whole).digest('hex');
        expect(await hashWhileWritten(path, write, never)).toEqual({
          written: 'written',
          bytes: whole.length,
          sha256,
        });
      }),
      { numRuns: 60 },
    );
  });

  it('fails as the writing fails, whether the file is there or not', async () => {
    const failure = new Error('The disk is full.');
    const path = join(makeTemporaryFolder(), 'file');
    await expect(hashWhileWritten(path, () => Promise.reject(failure), never)).rejects.toBe(failure);
    const write = async (): Promise<never> => {
      await writeFile(path, 'a part');
      throw failure;
    };
    await expect(hashWhileWritten(path, write, never)).rejects.toBe(failure);
  });

  it('fails where no file came of the writing', async () => {
    const path = join(makeTemporaryFolder(), 'file');
    await expect(hashWhileWritten(path, () => Promise.resolve(), never)).rejects.toThrow('ENOENT');
  });

  it('fails with the reason of an abort', async () => {
    const abort = new AbortController();
    const path = join(makeTemporaryFolder(), 'file');
    const write = async (): Promise<void> => {
      await writeFile(path, 'all');
      abort.abort(new Error('The engine closes.'));
    };
    await expect(hashWhileWritten(path, write, abort.signal)).rejects.toThrow('The engine closes.');
  });
});
