// From the launch of the real desktop app to a window that can be used, against a bare Electron window launched in the same run.
// Usable: the window is on the screen and shows the store's connection, which the engine answered. The home is one that was used before,
// with the metadata of a large lakehouse (by SLIPWAY_BENCH_SIZE) in its store.
//
// The goal is 2. No Electron app starts quicker than the bare window, and nobody can mend that; everything the app adds (its engine and
// native modules, the store, the renderer's code and styles, the first call) may take as long again, and no longer.
//
// On Linux it runs in a virtual desktop session of its own; `npm run -s bench -- start here` uses the screen at hand.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type LaunchOptions, launchSlipway } from '../support/electron.ts';
import { writeBareApp } from './support/bare-app.ts';
import { benchSize, median, report } from './support/measure.ts';
import { WIDE_CONNECTION, writeWideStore } from './support/wide-store.ts';

const GOAL = 2;
const RUNS = 7;
const LOOK_EVERY_MS = 10;
const LIMIT_MS = 60_000;

if (process.platform === 'linux' && process.argv[3] !== 'here') process.exitCode = await runInDesktop();
else await compareStarts();

async function runInDesktop(): Promise<number> {
  const script = (name: string): string => fileURLToPath(new URL(`../../build/${name}`, import.meta.url));
  const command = [process.execPath, script('run-bench.ts'), 'start', 'here'];
  const session = spawn(process.execPath, [script('with-desktop.ts'), ...command], { stdio: 'inherit' });
  return new Promise((resolve) => session.once('exit', (code) => resolve(code ?? 1)));
}

async function compareStarts(): Promise<void> {
  const size = benchSize();
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
  const slipway = { home: join(folder, 'slipway-home') };
  const bare = { home: join(folder, 'bare-home'), appFolder: join(folder, 'bare') };
  try {
    const totals = await writeWideStore(join(slipway.home, 'engine', 'slipway.db'), size);
    await writeBareApp(bare.appFolder);
    // The first start makes Chromium's own files.
    await timeStart(slipway, WIDE_CONNECTION.label);
    await timeStart(bare, 'Bare');
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      ours.push(await timeStart(slipway, WIDE_CONNECTION.label));
      theirs.push(await timeStart(bare, 'Bare'));
    }
    const ratio = median(ours.map((each, run) => each / (theirs[run] ?? Number.NaN)));
    const middle = { ours: median(ours), theirs: median(theirs) };
    report({
      bench: 'start',
      ratio,
      goal: GOAL,
      ...middle,
      unit: 'ms',
      size,
      ...totals,
      allOurs: ours,
      allTheirs: theirs,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds until the window is on the screen and shows a heading. */
async function timeStart(options: LaunchOptions, heading: string): Promise<number> {
  const start = performance.now();
  const { app, page, close } = await launchSlipway(options);
  try {
    // Waiting on a locator would look again after up to 500 ms, which is a good part of what is measured.
    const shown = page.getByRole('heading', { name: heading });
    while (!(await shown.isVisible())) {
      if (performance.now() - start > LIMIT_MS) throw new Error(`The heading ${heading} did not appear.`);
      await setTimeout(LOOK_EVERY_MS);
    }
    await app.evaluate(async ({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      if (window?.isVisible() === false)
        await new Promise<void>((resolve) => window.once('show', () => resolve()));
    });
    return performance.now() - start;
  } finally {
    await close();
  }
}
