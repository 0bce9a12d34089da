import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliverFiles, type DeliveredFile } from '../../../../electron/activation/files/deliver-files.ts';
import { isUnchanged, readFileOptions } from '../../../../electron/activation/files/file-options.ts';
import { FILE_TARGET } from '../../../../electron/destinations/file-target.ts';
import type { Settings } from '../../../../electron/domain/field-spec.ts';
import { readCsv, writeCsv } from './csv-oracle.ts';
import { inChunks, openMemory } from './memory-place.ts';

const names = {
  activation: 'Bundle / target',
  audience: 'Bundle',
  run: 'run-1',
  at: '2026-11-24T17:05:09.120Z',
};
const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;

async function deliver(text: string, target: Settings, more: { sizes?: number[]; rows?: number } = {}) {
  const place = openMemory();
  const told: DeliveredFile[] = [];
  const seen: number[] = [];
  const source = Buffer.from(text);
  const manifest = await deliverFiles({
    place,
    source: inChunks(source, more.sizes ?? [Math.max(1, text.length)]),
    options: readFileOptions(target),
    names,
    columns: ['id', 'name'],
    signal: new AbortController().signal,
    onFile: (file) => told.push(file),
    onRows: (rows) => seen.push(rows),
    ...(more.rows === undefined ? {} : { rows: more.rows }),
  });
  expect(told).toEqual(manifest.files);
  // The bytes of the source are its own.
  expect(source.toString()).toBe(text);
  const texts = [...place.files.values()].map((file) => file.toString('utf8'));
  return { place, manifest, texts, seen };
}

const cell = fc.oneof(
  fc.constantFrom('', 'a', ',', ';', '\t', '|', '"', '\n', '\r\n', 'a;b', '"x"', 'Zoë', '名前', '🎉', ' '),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
/** Two columns or more: a row of one empty field is an empty line. */
const table = fc
  .integer({ min: 2, max: 4 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 30 }))
  .map((rows) => [Array.from({ length: rows[0]?.length ?? 2 }, (_, index) => `c${index}`), ...rows]);
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

describe('files of CSV', () => {
  it('go out byte by byte where nothing is to be changed, however the source is cut', async () => {
    await fc.assert(
      fc.asyncProperty(table, sizes, async (rows, cuts) => {
        const text = writeCsv(rows);
        const { texts, manifest } = await deliver(text, {}, { sizes: cuts });
        expect(texts).toEqual([text]);
        expect(manifest.rows).toBe(rows.length - 1);
      }),
    );
  });

  it('are split between records only, each with the header, and joined are the source', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        sizes,
        fc.integer({ min: 1, max: 120 }),
        fc.boolean(),
        async (rows, cuts, limit, header) => {
          const text = writeCsv(rows);
          const target = { splitMegabytes: limit / 1_000_000, header };
          const { texts, manifest, seen } = await deliver(text, target, { sizes: cuts });
          const shown = header ? writeCsv(rows.slice(0, 1)) : '';
          expect(texts.every((part) => part.startsWith(shown))).toBe(true);
          expect(shown + texts.map((part) => part.slice(shown.length)).join('')).toBe(
            header ? text : text.slice(writeCsv(rows.slice(0, 1)).length),
          );
          const parsed = texts.map((part) => readCsv(part).slice(header ? 1 : 0));
          expect(parsed.flat()).toEqual(rows.slice(1));
          expect(manifest.files.map((file) => file.rows)).toEqual(parsed.map((part) => part.length));
          // Over the limit only where one row alone is.
          for (const [index, part] of texts.entries()) {
            if (Buffer.byteLength(part) > limit) expect(parsed[index]!.length).toBeLessThanOrEqual(1);
          }
          if (rows.length > 1) expect(parsed.every((part) => part.length > 0)).toBe(true);
          if (rows.length > 1) expect(seen.at(-1)).toBe(rows.length - 1);
        },
      ),
    );
  });

  it('hold the same values with any delimiter', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        sizes,
        fc.constantFrom('semicolon', 'tab', 'pipe'),
        async (rows, cuts, delimiter) => {
          const { texts } = await deliver(writeCsv(rows), { delimiter }, { sizes: cuts });
          expect(readCsv(texts[0]!, DELIMITERS[delimiter])).toEqual(rows);
        },
      ),
    );
  });

  it('quote a field that holds the new delimiter, and leave others as they are', async () => {
    const { texts } = await deliver('id,name\n1,a;b\n2,"c,d"\n3,e\n4,;\n', { delimiter: 'semicolon' });
    expect(texts).toEqual(['id;name\n1;"a;b"\n2;"c,d"\n3;e\n4;";"\n']);
  });

  it('keep a last record without a line feed', async () => {
    const { texts, manifest } = await deliver('id,name\n1,a\n2,b', { delimiter: 'pipe' });
    expect(texts).toEqual(['id|name\n1|a\n2|b']);
    expect(manifest.rows).toBe(2);
  });

  it('are one file with the header for an empty audience, or an empty file without', async () => {
    expect((await deliver('id,name\n', {})).texts).toEqual(['id,name\n']);
    expect((await deliver('id,name\n', { header: false })).texts).toEqual(['']);
    const split = await deliver('id,name\n', { splitMegabytes: 1 });
    expect(split.texts).toEqual(['id,name\n']);
    expect(split.manifest.rows).toBe(0);
  });
});

describe('files of JSON Lines and Parquet', () => {
  it('are split at lines; quotes mean nothing there', async () => {
    const lines = ['{"a":"x\\"y"}', '{"a":"z\\n"}', '{"a":1}'].map((line) => `${line}\n`);
    const target = { format: 'jsonl', splitMegabytes: 14 / 1_000_000 };
    const { texts, manifest } = await deliver(lines.join(''), target, { sizes: [3] });
    expect(texts).toEqual(lines);
    expect(manifest.files.map((file) => file.rows)).toEqual([1, 1, 1]);
  });

  it('are an empty file for an empty audience', async () => {
    const { texts, manifest } = await deliver('', { format: 'jsonl' });
    expect(texts).toEqual(['']);
    expect(manifest.rows).toBe(0);
  });

  it('pass Parquet as it is, with the rows that the warehouse counted', async () => {
    const target = { format: 'parquet', compression: 'gzip', splitMegabytes: 1 };
    const { texts, manifest } = await deliver('PAR1"\n"PAR1', target, { rows: 7 });
    expect(texts).toEqual(['PAR1"\n"PAR1']);
    expect(manifest.files[0]).toMatchObject({ rows: 7, name: 'Bundle - target-2026-11-24-170509.parquet' });
  });
});

describe('what is told of files', () => {
  it('is the size and the digest of the bytes as they arrive, compressed ones too', async () => {
    const text = writeCsv([['id', 'name'], ...Array.from({ length: 500 }, (_, id) => [String(id), 'Zoë'])]);
    const { place, manifest } = await deliver(
      text,
      { compression: 'gzip', splitMegabytes: 0.002 },
      { sizes: [97] },
    );
    expect(manifest.files.length).toBeGreaterThan(1);
    let joined = '';
    for (const { name, bytes, sha256 } of manifest.files) {
      const file = place.files.get(name)!;
      expect(file.length).toBe(bytes);
      expect(createHash('sha256').update(file).digest('hex')).toBe(sha256);
      joined += gunzipSync(file).toString().replace('id,name\n', '');
    }
    expect(`id,name\n${joined}`).toBe(text);
    expect(manifest.files[0]!.name).toBe('Bundle - target-2026-11-24-170509-001.csv.gz');
  });

  it('stands in the manifest, which is written last', async () => {
    const { place, manifest } = await deliver('id,name\n1,a\n', { manifest: true, fileName: 'x-{part}.csv' });
    expect([...place.files.keys()]).toEqual(['x-001.csv', 'x.manifest.json']);
    expect(JSON.parse(place.files.get('x.manifest.json')!.toString())).toEqual(manifest);
    expect(manifest).toEqual({
      run: 'run-1',
      activation: 'Bundle / target',
      audience: 'Bundle',
      createdAt: names.at,
      columns: ['id', 'name'],
      files: [
        {
          name: 'x-001.csv',
          rows: 1,
          bytes: 12,
          sha256: createHash('sha256').update('id,name\n1,a\n').digest('hex'),
        },
      ],
      rows: 1,
    });
  });

  it('ends with the failure of the place, and closes the source', async () => {
    let isClosed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.from('id,name\n1,a\n');
      } finally {
        isClosed = true;
      }
    }
    const full = new Error('full');
    const delivery = deliverFiles({
      place: {
        write: async (_, content) => {
          for await (const chunk of content) if (chunk.length > 0) throw full;
          return 0;
        },
        close: async () => undefined,
      },
      source: endless(),
      options: readFileOptions({ compression: 'gzip' }),
      names,
      columns: [],
      signal: new AbortController().signal,
    });
    await expect(delivery).rejects.toBe(full);
    await expect.poll(() => isClosed, { timeout: 10_000 }).toBe(true);
  });
});

describe('the options', () => {
  it('are by default what the fields of the target begin with', () => {
    const initial = Object.fromEntries(
      FILE_TARGET.flatMap(({ key, initial }) => (initial === undefined ? [] : [[key, initial]])),
    );
    expect(readFileOptions({})).toEqual(readFileOptions(initial));
  });

  it('say when the warehouse may write the file itself', () => {
    expect(isUnchanged(readFileOptions({}))).toBe(true);
    expect(isUnchanged(readFileOptions({ format: 'parquet', compression: 'gzip' }))).toBe(true);
    for (const target of [
      { header: false },
      { delimiter: 'tab' },
      { compression: 'gzip' },
      { splitMegabytes: 5 },
    ]) {
      expect(isUnchanged(readFileOptions(target))).toBe(false);
    }
  });

  it('refuse a file name that is none', () => {
    expect(() => readFileOptions({ fileName: '../{run}.csv' })).toThrow(/slash/);
  });
});
