import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDatabricksType } from '../../../electron/warehouses/databricks-type.ts';
import { formatCsvRow, formatJsonRow, writeRows } from '../../../electron/warehouses/row-writer.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rows-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a CSV row', () => {
  it('tells NULL from empty text and quotes what needs quotes', () => {
    const row = [null, '', 'plain', 'a,b', 'say "hi"', 'two\nlines', ' padded', 9, true, ['a'], { k: 1 }];
    expect(formatCsvRow(row)).toBe(
      ',"",plain,"a,b","say ""hi""","two\nlines"," padded",9,true,"[""a""]","{""k"":1}"\n',
    );
  });
});

describe('a JSON row', () => {
  it('writes exact numbers of any size as numbers, and text that looks like one as text', () => {
    const columns = [
      { name: 'id', type: parseDatabricksType('bigint') },
      { name: 'pri"ce', type: parseDatabricksType('decimal(38,2)') },
      { name: 'code', type: parseDatabricksType('string') },
    ];
    expect(formatJsonRow(columns, ['9223372036854775807', '1.50', '007'])).toBe(
      '{"id":9223372036854775807,"pri\\"ce":1.50,"code":"007"}\n',
    );
  });
});

describe('writing rows', () => {
  async function* chunks(failsAfter?: number): AsyncGenerator<string[]> {
    for (let at = 0; at < 3; at += 1) {
      if (at === failsAfter) throw new Error('the warehouse went away');
      yield [`${at}\n`, `${at}b\n`];
    }
  }

  it('counts rows and bytes', async () => {
    const path = join(folder, 'all.csv');
    expect(await writeRows(path, 'é\n', chunks())).toEqual({ rows: 6, bytes: 18 });
    expect(await readFile(path, 'utf8')).toBe('é\n0\n0b\n1\n1b\n2\n2b\n');
  });

  it('leaves nothing when the rows end with an error', async () => {
    await expect(writeRows(join(folder, 'half.csv'), '', chunks(2))).rejects.toThrow('went away');
    expect(await readdir(folder)).not.toContain('half.csv');
  });

  it('never overwrites, and says why it cannot write', async () => {
    await expect(writeRows(join(folder, 'all.csv'), '', chunks())).rejects.toMatchObject({
      code: 'TARGET_UNWRITABLE',
    });
    await expect(writeRows(join(folder, 'no', 'x.csv'), '', chunks())).rejects.toThrow(
      'its folder does not exist',
    );
  });
});
