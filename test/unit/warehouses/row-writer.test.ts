import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FilePart, writeParts } from '../../../electron/warehouses/row-writer.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rows-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('writing a file part by part', () => {
  /** All parts lie in the same bytes: each is used before the next one. */
  async function* parts(failsAfter?: number): AsyncGenerator<FilePart> {
    const bytes = Buffer.alloc(16);
    for (let at = 0; at < 3; at += 1) {
      if (at === failsAfter) throw new Error('the warehouse went away');
      const size = bytes.write(`é${at}\n${at}b\n`);
      yield { rows: 2, bytes: bytes.subarray(0, size) };
    }
  }

  it('counts rows and bytes', async () => {
    const path = join(folder, 'all.csv');
    expect(await writeParts(path, parts())).toEqual({ rows: 6, bytes: 21 });
    expect(await readFile(path, 'utf8')).toBe('é0\n0b\né1\n1b\né2\n2b\n');
  });

  it('leaves nothing when the parts end with an error', async () => {
    await expect(writeParts(join(folder, 'half.csv'), parts(2))).rejects.toThrow('went away');
    expect(await readdir(folder)).not.toContain('half.csv');
  });

  it('never overwrites, and says why it cannot write', async () => {
    await expect(writeParts(join(folder, 'all.csv'), parts())).rejects.toMatchObject({
      code: 'TARGET_UNWRITABLE',
    });
    await expect(writeParts(join(folder, 'no', 'x.csv'), parts())).rejects.toThrow(
      'its folder does not exist',
    );
  });
});
