import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Audience } from '../../../electron/domain/audience.ts';
import type { ExportRun, FileFormat, Run } from '../../../electron/domain/run.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';
import { openStore } from '../../../electron/store/open-store.ts';
import type { Progress } from '../../../electron/warehouses/warehouse.ts';
import { activationRun } from '../../support/activation-samples.ts';
import { failureOf, useEngine } from '../../support/engine.ts';

const test = useEngine();
const audience: Omit<Audience, 'id'> = {
  name: 'Big spenders',
  rule: {
    kind: 'condition',
    condition: { kind: 'trait', trait: 'total-spend-12-months', test: { op: 'at-least', value: 1_000 } },
  },
  columns: [
    { kind: 'attribute', entity: 'customer', column: 'email' },
    { kind: 'trait', trait: 'total-spend-12-months', as: 'spend' },
  ],
};
let folder = '';
let size = 0;

beforeAll(async () => {
  const { connections, audiences, members } = test.engine().services;
  await connections.addSample({});
  audiences.save('sample', audience);
  const { cells } = await members.histogram('sample', [audience.rule], {});
  size = cells.filter((cell) => cell.masks[0] === 1).reduce((sum, cell) => sum + cell.count, 0);
});
beforeEach(({ task }) => {
  folder = join(test.folder, task.id);
  mkdirSync(folder);
});

function exportTo(
  path: string,
  options: {
    format?: FileFormat;
    overwrite?: boolean;
    signal?: AbortSignal;
    onProgress?: (progress: Progress) => void;
  } = {},
): Promise<ExportRun> {
  const { format = 'csv', overwrite = false, ...act } = options;
  const request = { connectionId: 'sample', audienceId: 'big-spenders', path, format, overwrite };
  return test.engine().services.exports.run({ ...request, columns: audience.columns }, act);
}
const newestRun = (): Run | undefined => test.engine().services.runs.list(1)[0];

describe('an export', () => {
  it.each(['Checking the model', 'Writing the file'])(
    'writes and records one statement of one moment, although audiences change at “%s”',
    async (moment) => {
      const { audiences, exports, models } = test.engine().services;
      const id = 'big-spenders';
      const outer = audiences.save('sample', {
        name: 'Outer',
        rule: { kind: 'audience', audience: id },
        columns: [],
      }).audience;
      // A model that was saved is checked again, which makes the first of the two moments.
      models.save('sample', sampleModel());
      let isChanged = false;
      const onProgress = ({ text }: Progress): void => {
        if (isChanged || text !== moment) return;
        isChanged = true;
        audiences.save('sample', { ...audience, id, rule: { kind: 'all', rules: [] } });
      };
      try {
        const path = join(folder, 'members.csv');
        const request = { connectionId: 'sample', audienceId: outer.id, path, format: 'csv' as const };
        const run = await exports.run({ ...request, columns: [], overwrite: false }, { onProgress });
        expect(isChanged).toBe(true);
        expect(run.rows).toBe(size);
        expect(run.sql).toContain('sum(');
      } finally {
        audiences.save('sample', { ...audience, id });
        audiences.remove('sample', outer.id);
      }
    },
  );

  it.each(['csv', 'jsonl'] as const)('writes as many rows of %s as the audience counts', async (format) => {
    const path = join(folder, `members.${format}`);
    const texts: string[] = [];
    const run = await exportTo(path, { format, onProgress: (progress) => texts.push(progress.text) });
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(size).toBeGreaterThan(0);
    expect(lines.length - (format === 'csv' ? 1 : 0)).toBe(size);
    expect(lines[0]).toContain('customer_id');
    expect(run).toMatchObject({
      status: 'succeeded',
      rows: size,
      bytes: readFileSync(path).length,
      digest: createHash('sha256').update(readFileSync(path)).digest('hex'),
      columns: ['customer_id', 'email', 'spend'],
      asOf: '2026-11-01T00:00:00.000Z',
      target: { path, format },
    });
    expect(texts).toContain('Writing the file');
    expect(readdirSync(folder)).toEqual([basename(path)]);
  });

  it('writes its run to the ledger with placeholders instead of values', async () => {
    const run = await exportTo(join(folder, 'members.parquet'), { format: 'parquet' });
    const written = readFileSync(run.target.path);
    expect(written.subarray(0, 4).toString()).toBe('PAR1');
    expect(run.digest).toBe(createHash('sha256').update(written).digest('hex'));
    const stored = test.engine().services.runs.get(run.id);
    expect(stored).toEqual(run);
    expect(stored.sql).toMatch(/\$p\d/);
    expect(stored.sql).not.toContain('1000');
    expect(Date.parse(stored.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(stored.startedAt));
  });

  it('replaces a file only where that was asked for', async () => {
    const path = join(folder, 'members.csv');
    writeFileSync(path, 'precious');
    const failure = await failureOf(() => exportTo(path));
    expect(failure).toMatchObject({ code: 'TARGET_UNWRITABLE' });
    expect(failure.message).toContain('already exists');
    expect(readFileSync(path, 'utf8')).toBe('precious');
    await exportTo(path, { overwrite: true });
    expect(readFileSync(path, 'utf8').split('\n').length - 2).toBe(size);
  });

  it('keeps a file that appeared while it ran', async () => {
    const path = join(folder, 'members.csv');
    const onProgress = ({ text }: Progress): void => {
      if (text === 'Moving the file to its name') writeFileSync(path, 'appeared');
    };
    expect((await failureOf(() => exportTo(path, { onProgress }))).code).toBe('TARGET_UNWRITABLE');
    expect(readFileSync(path, 'utf8')).toBe('appeared');
    expect(readdirSync(folder)).toEqual(['members.csv']);
    expect(newestRun()).toMatchObject({ status: 'failed', error: { code: 'TARGET_UNWRITABLE' } });
  });

  it.each([
    ['a folder that does not exist', (): string => join(folder, 'missing', 'members.csv'), 'does not exist'],
    ['a folder instead of a file', (): string => folder, 'is a folder'],
    ['a file instead of a folder', (): string => join(import.meta.filename, 'members.csv'), 'does not exist'],
    // The kernel's own folder refuses files to everybody, the root account too.
    ['a place that takes no files', (): string => '/proc/members.csv', 'cannot be written'],
  ])('to %s says so and leaves nothing', async (_, path, message) => {
    const before = newestRun();
    const failure = await failureOf(() => exportTo(path()));
    expect(failure.code).toBe('TARGET_UNWRITABLE');
    expect(failure.message).toContain(message);
    expect(failure.help).not.toBe('');
    expect(readdirSync(folder)).toEqual([]);
    expect(newestRun()).toEqual(before);
  });

  it('that is cancelled leaves nothing behind, whenever that happens', async () => {
    for (const moment of ['Writing the file', 'Moving the file to its name']) {
      const cancel = new AbortController();
      const onProgress = ({ text }: Progress): void => {
        if (text === moment) cancel.abort();
      };
      const failure = await failureOf(() =>
        exportTo(join(folder, 'members.csv'), { signal: cancel.signal, onProgress }),
      );
      expect(failure.code).toBe('CANCELLED');
      expect(readdirSync(folder)).toEqual([]);
      expect(newestRun()).toMatchObject({ status: 'cancelled' });
      expect(newestRun()?.error).toBeUndefined();
    }
    const early = await failureOf(() =>
      exportTo(join(folder, 'members.csv'), { signal: AbortSignal.abort() }),
    );
    expect(early.code).toBe('CANCELLED');
  });

  it('is cancelled when the engine closes', async () => {
    const running = exportTo(join(folder, 'members.csv'), {
      onProgress: ({ text }) => {
        if (text === 'Writing the file') void test.engine().services.close();
      },
    });
    expect((await failureOf(() => running)).code).toBe('CANCELLED');
    expect(readdirSync(folder)).toEqual([]);
    await test.restart();
    expect(newestRun()).toMatchObject({ status: 'cancelled' });
  });

  it('that a crash ended is marked so at the next start, and its partial file removed', async () => {
    const finished = await exportTo(join(folder, 'members.csv'));
    await test.close();
    const path = join(folder, 'crashed.csv');
    const part = join(folder, '.crashed.csv.crashed-run.part');
    writeFileSync(part, 'half');
    const { endedAt: _, ...started } = finished;
    const store = openStore(join(test.home, 'slipway.db'));
    store.saveRun({ ...started, id: 'crashed-run', status: 'running', target: { path, format: 'csv' } });
    store.saveRun(activationRun('crashed-activation', { status: 'running' }));
    store.close();
    const { services } = await test.restart();
    expect(services.runs.get('crashed-run')).toMatchObject({ status: 'failed', error: { code: 'INTERNAL' } });
    expect(services.runs.get('crashed-run').error?.message).toBe(
      'Slipway ended while this export ran. No file was left.',
    );
    expect(existsSync(part)).toBe(false);
    // A run of an activation may go on where it stopped, so that it has not failed.
    expect(services.runs.get('crashed-activation').status).not.toBe('failed');
  });

  it('of an audience that does not exist, or with columns that do not, is refused', async () => {
    const { exports } = test.engine().services;
    const request = {
      connectionId: 'sample',
      audienceId: 'nobody',
      path: join(folder, 'a.csv'),
      format: 'csv',
      columns: [],
      overwrite: false,
    } as const;
    expect((await failureOf(() => exports.run(request, {}))).code).toBe('NOT_FOUND');
    const columns = [{ kind: 'attribute', entity: 'customer', column: 'email', as: 'Customer_ID' } as const];
    const failure = await failureOf(() =>
      exports.run({ ...request, audienceId: 'big-spenders', columns }, {}),
    );
    expect(failure).toMatchObject({ code: 'RULE_INVALID', where: 'columns[0]' });
  });
});
