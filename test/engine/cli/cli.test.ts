import { execFile, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  requireWorkspace,
  readWorkspaceFile,
  writeWorkspaceFile,
} from '../../../electron/domain/workspace-file.ts';
import { sampleModel } from '../../../electron/sample/sample-model.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const cli = join(root, 'electron', 'cli.ts');
const example = join(root, 'examples', 'retail.workspace.yaml');
const folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The seed's audiences, asked of the sample by hand. */
const BREAD = `SELECT household_key FROM s.retail.propensity_scores WHERE category = 'bread' AND score >= 0.66`;
const SOFT_DRINKS = `SELECT household_key FROM s.retail.propensity_scores WHERE category = 'soft drinks' AND score >= 0.33 AND score < 0.66`;
const EMAILABLE = `SELECT household_key FROM s.retail.households WHERE email_consent AND email IS NOT NULL AND email <> ''`;
const BY_HAND: Record<string, string> = {
  'High bread': BREAD,
  'Moderate soft drinks': SOFT_DRINKS,
  'Bundle target': `(${BREAD}) INTERSECT (${SOFT_DRINKS})`,
  Emailable: EMAILABLE,
  'Paid media': `((${BREAD}) INTERSECT (${SOFT_DRINKS})) EXCEPT (${EMAILABLE})`,
};

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

function slipway(...args: readonly string[]): Promise<Answer> {
  const env = { ...process.env, SLIPWAY_HOME: join(folder, 'home') };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: folder, env }, (error, out, errors) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, errors });
    });
  });
}

async function countByHand(sql: string): Promise<number> {
  const sample = readdirSync(join(folder, 'home', 'sample')).find((name) => name.endsWith('.duckdb'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`ATTACH '${join(folder, 'home', 'sample', sample ?? '')}' AS s (READ_ONLY)`);
  const result = await connection.run(
    `SELECT count(*) FROM (SELECT DISTINCT household_key FROM (${sql}) WHERE household_key IN (SELECT household_key FROM s.retail.households))`,
  );
  const [[count] = []] = await result.getRows();
  connection.closeSync();
  instance.closeSync();
  return Number(count);
}

describe('the example workspace', () => {
  const text = readFileSync(example, 'utf8');

  it('holds the model of the sample', () => {
    const workspace = requireWorkspace(readWorkspaceFile(text));
    const { customer, entities, traits } = workspace.models[0]!;
    expect({ customer, entities, traits }).toEqual(sampleModel());
  });

  it('stays as it is when it is read and written, its comments apart', () => {
    const written = writeWorkspaceFile(requireWorkspace(readWorkspaceFile(text)));
    expect(written).toBe(text.replace(/^#.*\n/gm, ''));
  });
});

describe('the command line', () => {
  beforeAll(async () => {
    // The first command makes the sample.
    await slipway('size', example, 'Emailable');
  });

  it('finds no mistake in the example', async () => {
    expect(await slipway('check', example)).toEqual({ code: 0, out: 'No problems found.\n', errors: '' });
  });

  it.each(Object.entries(BY_HAND))(
    'counts %s as SQL by hand does, and exports as many rows',
    async (name, sql) => {
      const expected = await countByHand(sql);
      expect(expected).toBeGreaterThan(0);
      const size = await slipway('size', example, name, '--json');
      expect(JSON.parse(size.out)).toMatchObject({
        audience: name,
        count: expected,
        asOf: '2026-11-01T00:00:00.000Z',
      });
      const target = join(folder, `${name}.csv`);
      const exported = await slipway('export', example, name, '--out', target, '--json');
      expect(exported.code).toBe(0);
      expect(JSON.parse(exported.out)).toMatchObject({ status: 'succeeded', rows: expected });
      expect(readFileSync(target, 'utf8').trimEnd().split('\n')).toHaveLength(expected + 1);
    },
  );

  it('prints the statement, previews masked members, and exports beside the caller', async () => {
    const sql = await slipway('sql', example, 'bundle-target');
    expect(sql.out).toMatch(/^WITH[\s\S]+-- p\d+ text "bread"/);
    const masked = JSON.parse((await slipway('preview', example, 'Emailable', '--json')).out) as unknown;
    expect(masked).toMatchObject({
      columns: expect.arrayContaining([{ name: 'email', masked: true }]) as unknown,
    });
    expect(JSON.stringify(masked)).not.toMatch(/[a-z]@[a-z]/);
    const shown = await slipway('preview', example, 'Emailable', '--json', '--unmasked');
    expect(shown.out).toMatch(/[a-z0-9]@[a-z]/);
    const exported = await slipway('export', example, 'Emailable', '--out', 'here.jsonl');
    expect(exported.out).toContain(join(folder, 'here.jsonl'));
    const again = await slipway('export', example, 'Emailable', '--out', 'here.jsonl');
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.errors).toContain('already exists');
    expect((await slipway('export', example, 'Emailable', '--out', 'here.jsonl', '--overwrite')).code).toBe(
      0,
    );
  });

  it('names line and path of every mistake in a file', async () => {
    const file = join(folder, 'mistakes.yaml');
    const text = readFileSync(example, 'utf8')
      .replace('op: at-least', 'op: at-lest')
      .replace('kind: sample,', 'kind: sampel,');
    writeFileSync(file, text);
    const line = text.split('\n').findIndex((each) => each.includes('at-lest')) + 1;
    const check = await slipway('check', file);
    expect(check.code).toBe(1);
    expect(check.out).toContain(`line ${line}:`);
    expect(check.out).toContain('models[0].audiences[0].rule.condition.where[1].test.op');
    const size = await slipway('size', file, 'High bread');
    expect(size).toMatchObject({ code: 1, out: '' });
    expect(size.errors).toContain(`line ${line}:`);
    writeFileSync(file, readFileSync(example, 'utf8').replace('kind: sample,', 'kind: sampel,'));
    const kind = await slipway('check', file, '--json');
    expect(JSON.parse(kind.out)).toMatchObject({
      problems: [
        {
          severity: 'error',
          where: expect.stringMatching(/^line 5:\d+, connections\[0\]\.kind$/) as unknown,
        },
      ],
    });
  });

  it('tells wrong usage (2) from a problem (1)', async () => {
    for (const args of [
      [],
      ['size'],
      ['size', example],
      ['fly', example, 'x'],
      ['size', example, 'x', 'y'],
      ['size', '--fly'],
      ['export', example, 'Emailable'],
      ['export', example, 'Emailable', '--out', 'a.xlsx'],
    ]) {
      const answer = await slipway(...args);
      expect([args, answer.code, answer.out]).toEqual([args, 2, '']);
      expect(answer.errors).toContain('Usage: slipway');
    }
    const unknown = await slipway('size', example, 'Nobody');
    expect(unknown.code).toBe(1);
    expect(unknown.errors).toContain('High bread, Moderate soft drinks');
    expect((await slipway('check', join(folder, 'missing.yaml'))).code).toBe(1);
    const help = await slipway('--help');
    expect(help).toMatchObject({ code: 0, errors: '' });
  });

  it('stops at Ctrl+C and leaves nothing', async () => {
    mkdirSync(join(folder, 'stopped'));
    const target = join(folder, 'stopped', 'members.csv');
    const home = join(folder, 'fresh');
    const child = spawn(process.execPath, [cli, 'export', example, 'Emailable', '--out', target], {
      env: { ...process.env, SLIPWAY_HOME: home },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const errors: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    // The fresh home's sample is being made: the longest part of a first start.
    while (!existsSync(join(home, 'sample'))) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGINT');
    expect(await ended).toBe(1);
    expect(errors.join('')).toContain('Cancelled.');
    expect(readdirSync(join(folder, 'stopped'))).toEqual([]);
    expect(readdirSync(join(home, 'sample')).filter((name) => name.includes('building'))).toEqual([]);
  });
});
