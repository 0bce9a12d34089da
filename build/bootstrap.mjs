// The first thing that runs on a fresh machine: plain JavaScript without dependencies, on Node 20 or newer.
// It installs what is missing, builds what changed, and hands over to the project's own Node 24.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './bootstrap/dependencies.mjs';
import { ensureElectron } from './bootstrap/electron-runtime.mjs';
import { buildAlways, buildIfChanged } from './bootstrap/freshness.mjs';
import { appEnvironment, projectEnvironment, projectNode, run } from './bootstrap/run.mjs';
import { SetupError } from './bootstrap/setup-error.mjs';
import { start } from './bootstrap/start.mjs';
import {
  BROWSER_PACKAGES,
  ensureSystemPackages,
  LAKEHOUSE_PACKAGES,
  TEST_PACKAGES,
} from './bootstrap/system-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

/** Runs a script of the project on Node 24; resolves to its exit code. */
const runScript = (script, args, options = {}) =>
  run(projectNode(root), [join(root, script), ...args], {
    cwd: root,
    env: projectEnvironment(root),
    ...options,
  });

/** Installs what the test lakehouse needs; resolves to false where it could not be had. */
const setUpLakehouse = async () => {
  ensureSystemPackages(LAKEHOUSE_PACKAGES, 'The test lakehouse is Spark, behind TLS.');
  return (await runScript('test/support/lakehouse/setup.ts', [])) === 0;
};

const commands = {
  setup: async () => {
    await ensureDependencies(root);
    const { version, executable } = ensureElectron(root);
    console.log(`Electron ${version}: ${executable}`);
    return 0;
  },
  start: async (args) => {
    await ensureDependencies(root);
    await buildIfChanged(root);
    return start(root, args);
  },
  build: async (args) => {
    await ensureDependencies(root);
    await (args.includes('--if-changed') ? buildIfChanged(root) : buildAlways(root));
    return 0;
  },
  test: async (args) => {
    await ensureDependencies(root);
    ensureSystemPackages(TEST_PACKAGES, 'The tests run in a real browser and a real desktop session.');
    ensureElectron(root);
    if (!(await setUpLakehouse())) return 1;
    return runScript('build/run-tests.ts', args);
  },
  verify: async () => {
    await ensureDependencies(root);
    ensureSystemPackages(BROWSER_PACKAGES, 'The component tests run in a real browser.');
    return runScript('build/run-tests.ts', ['--except', 'e2e', 'engine', 'lakehouse']);
  },
  slipway: async (args) => {
    await ensureDependencies(root);
    await buildIfChanged(root);
    // npm moves to the root of the project; paths on the command line are relative to where it was called.
    return runScript('dist/cli/cli.mjs', args, {
      cwd: process.env.INIT_CWD ?? process.cwd(),
      env: appEnvironment(root),
    });
  },
  lakehouse: async (args) => {
    await ensureDependencies(root);
    if (!(await setUpLakehouse())) return 1;
    // Ctrl-C goes to the lakehouse as well, which ends by itself; this process waits for it.
    process.on('SIGINT', () => undefined);
    return runScript('test/support/lakehouse/run.ts', args);
  },
  bench: async (args) => {
    await ensureDependencies(root);
    await buildIfChanged(root);
    // As the app runs, since what is measured is the app.
    return runScript('build/run-bench.ts', args, { env: appEnvironment(root) });
  },
  package: async (args) => {
    await ensureDependencies(root);
    const { executable } = ensureElectron(root);
    await buildAlways(root);
    return runScript('build/package.ts', [executable, ...args]);
  },
};

const [name = '', ...args] = process.argv.slice(2);
const command = commands[name];
try {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new SetupError(
      `Node ${process.versions.node} is too old.`,
      'The setup needs Node 20 or newer; the app itself brings its own Node 24.',
      'Install a newer Node.js and run the same command again.',
    );
  }
  if (command === undefined) {
    throw new SetupError(
      `There is no command "${name}".`,
      'The bootstrap knows fixed commands only.',
      `Use one of: ${Object.keys(commands).join(', ')}.`,
    );
  }
  process.exitCode = await command(args);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.describe());
  process.exitCode = 1;
}
