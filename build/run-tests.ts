// Runs every part of the checks, each by its own npm script, and ends with one line `N passed, N failed`.
//   node build/run-tests.ts [part…]            only these parts
//   node build/run-tests.ts --except part…     all but these
// A part that crashes, reports nothing or skips a test has failed: a silent check is no check.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countPlaywright, countVitest } from './test-counts.ts';
import type { Counts } from './test-counts.ts';

interface Part {
  readonly name: string;
  readonly script: string;
  readonly kind: 'check' | 'vitest' | 'playwright';
  /** Tests that need neither a server nor much of the machine: they run beside the checks. */
  readonly isLight?: boolean;
}

interface Outcome {
  readonly part: Part;
  readonly counts: Counts;
  readonly seconds: number;
}

const PARTS: readonly Part[] = [
  { name: 'format', script: 'format:check', kind: 'check' },
  { name: 'lint', script: 'lint', kind: 'check' },
  { name: 'types', script: 'types', kind: 'check' },
  { name: 'svelte', script: 'check:svelte', kind: 'check' },
  { name: 'dependencies', script: 'check:deps', kind: 'check' },
  { name: 'unused', script: 'check:unused', kind: 'check' },
  { name: 'unit', script: 'test:unit', kind: 'vitest', isLight: true },
  { name: 'golden', script: 'test:golden', kind: 'vitest', isLight: true },
  { name: 'engine', script: 'test:engine', kind: 'vitest' },
  { name: 'lakehouse', script: 'test:lakehouse', kind: 'vitest' },
  { name: 'component', script: 'test:component', kind: 'vitest' },
  { name: 'e2e', script: 'test:e2e', kind: 'playwright' },
];

/** Static checks are single-threaded, and lint takes as long as all that is light: two at a time use a small machine well. */
const LIGHT_AT_ONCE = 2;

const reports = mkdtempSync(join(tmpdir(), 'slipway-reports-'));
try {
  const outcomes = await runParts(chooseParts(process.argv.slice(2)));
  summarize(outcomes);
} finally {
  rmSync(reports, { recursive: true, force: true });
}

function chooseParts(args: readonly string[]): readonly Part[] {
  const except = args[0] === '--except';
  const names = new Set(except ? args.slice(1) : args);
  for (const name of names) {
    if (PARTS.every((part) => part.name !== name)) {
      console.error(`There is no part "${name}". Parts: ${PARTS.map((part) => part.name).join(', ')}.`);
      process.exit(2);
    }
  }
  return names.size === 0 ? PARTS : PARTS.filter((part) => names.has(part.name) !== except);
}

async function runParts(parts: readonly Part[]): Promise<readonly Outcome[]> {
  const outcomes = new Map<Part, Outcome>();
  const isLight = (part: Part): boolean => part.kind === 'check' || part.isLight === true;
  const work = async (queue: Iterable<Part>): Promise<void> => {
    for (const part of queue)
      outcomes.set(part, await (part.kind === 'check' ? runCheck(part) : runTests(part)));
  };
  const light = parts.filter(isLight).values();
  await Promise.all(Array.from({ length: LIGHT_AT_ONCE }, () => work(light)));
  await work(parts.filter((part) => !isLight(part)));
  return parts.flatMap((part) => outcomes.get(part) ?? []);
}

async function runCheck(part: Part): Promise<Outcome> {
  const began = performance.now();
  const { code, output } = await runScript(part.script, [], {}, 'pipe');
  const passed = code === 0;
  console.log(`\n── ${part.name}: ${passed ? 'ok' : 'failed'}`);
  if (!passed) console.log(output.trim());
  return {
    part,
    counts: passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 },
    seconds: secondsSince(began),
  };
}

async function runTests(part: Part): Promise<Outcome> {
  console.log(`\n── ${part.name}`);
  const began = performance.now();
  const file = join(reports, `${part.name}.json`);
  const [args, env] =
    part.kind === 'vitest'
      ? [['--reporter=default', '--reporter=json', `--outputFile.json=${file}`], {}]
      : [['--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_NAME: file }];
  const { code } = await runScript(part.script, args, env, 'inherit');
  const reported = readCounts(part, file);
  // The exit code knows of errors that belong to no test, such as one thrown after the last.
  const unexplained = code !== 0 && reported.failed === 0;
  const empty = reported.passed + reported.failed === 0;
  const counts = unexplained || empty ? { passed: reported.passed, failed: reported.failed + 1 } : reported;
  if (empty) console.log(`${part.name} ran no test.`);
  return { part, counts, seconds: secondsSince(began) };
}

function readCounts(part: Part, file: string): Counts {
  let report: unknown;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // No report: the part ended before it could write one, which counts as a failure.
    return { passed: 0, failed: 0 };
  }
  return part.kind === 'vitest' ? countVitest(report) : countPlaywright(report);
}

async function runScript(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  output: 'pipe' | 'inherit',
): Promise<{ code: number; output: string }> {
  return await new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', script, '--', ...args], {
      stdio: ['ignore', output, output],
      env: { ...process.env, TZ: 'UTC', ...env },
      shell: process.platform === 'win32',
    });
    let text = '';
    const keep = (chunk: Buffer): void => {
      text += chunk.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => {
      resolve({ code: 1, output: error.message });
    });
    child.on('close', (code) => {
      resolve({ code: code ?? 1, output: text });
    });
  });
}

function summarize(outcomes: readonly Outcome[]): void {
  console.log('');
  for (const { part, counts, seconds } of outcomes) {
    const mark = counts.failed === 0 ? 'ok    ' : 'failed';
    const numbers = `${counts.passed} passed, ${counts.failed} failed`;
    console.log(`${mark}  ${part.name.padEnd(14)}${numbers.padEnd(26)}${seconds.toFixed(1).padStart(7)} s`);
  }
  const sum = (pick: (counts: Counts) => number): number =>
    outcomes.reduce((total, { counts }) => total + pick(counts), 0);
  const failed = sum((counts) => counts.failed);
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(`\n${sum((counts) => counts.passed)} passed, ${failed} failed`);
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}
