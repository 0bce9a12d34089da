import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { type Engine, composeEngine } from './compose.ts';
import { runCommand } from './cli/commands.ts';
import { UsageError } from './cli/usage-error.ts';
import { AppError } from './domain/app-error.ts';
import { toAppError } from './services/index.ts';
import { desktopHome } from './web/home.ts';

const USAGE = `Usage: slipway <command> <workspace.yaml> [audience] [options]

  check    <file>              finds mistakes in a workspace file
  sql      <file> <audience>   prints the statement of an audience
  size     <file> <audience>   counts the members
  preview  <file> <audience>   shows sample members, personal columns masked
  export   <file> <audience>   writes the members to a file (--out)
  run      <file> <activation> sends an audience to its destination, or goes on with a run that was interrupted
  tick     <file> <journey>    moves the customers of a journey on and sends what is due, or goes on with a tick that is not over
  serve    <file>              runs activations and ticks journeys by their schedules, and answers the Profile API, until it is ended
  key      <file> <name>       makes a key of the Profile API: its token, and the lines for the file
  ledger   verify [file]       checks the ledger of what left: of the file's runs, else of the app
  ledger   export [file]       writes that ledger to a file (--out)

  --out <file>       where to write
  --format <format>  csv, jsonl or parquet; by the ending of --out unless stated
  --overwrite        replaces a file that exists
  --unmasked         shows personal columns in a preview
  --dry-run          tells what a run would do, and sends nothing
  --approve          lets a run pass that stopped to ask
  --publish          publishes the journey of the file before its tick
  --inside <choice>  what becomes of customers inside then: keep, move or leave
  --part <part>      the one part that a key may read; all where absent
  --json             prints one JSON value
  --help             prints this text

Exit codes: 0 done, 1 a problem was found, 2 wrong usage.
Secrets come from the OS keychain, or from SLIPWAY_SECRET_<CONNECTION or DESTINATION>_<FIELD>.`;

/** Commands whose runs and departures are kept. */
const KEPT: ReadonlySet<string> = new Set(['run', 'tick', 'serve', 'export', 'ledger']);

/** Runs one command. @returns the exit code: 0 done, 1 a problem was found, 2 wrong usage */
async function main(args: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        format: { type: 'string' },
        overwrite: { type: 'boolean', default: false },
        unmasked: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        approve: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        publish: { type: 'boolean', default: false },
        inside: { type: 'string' },
        part: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : 'The options cannot be read.'}\n\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { command, file, name } = readWords(positionals);
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  let engine: Engine | undefined;
  try {
    if (command === undefined) throw new UsageError('A command is missing.');
    if (file === undefined && command !== 'ledger') throw new UsageError('The workspace file is missing.');
    if (positionals.length > 3)
      throw new UsageError('There are more words than a command takes. Put names with spaces in quotes.');
    const text = file === undefined ? '' : await readWorkspaceText(resolve(file));
    const home = process.env['SLIPWAY_HOME'] ?? desktopHome(process.platform, process.env);
    engine = await composeEngine({
      home,
      keychain: 'os',
      version: manifest.version,
      ...(file === undefined ? {} : { store: chooseStore(home, command, resolve(file)) }),
      schedules: false,
      secretVariables: process.env,
    });
    return await runCommand(engine.services, {
      command,
      text,
      name,
      options: { ...values, dryRun: values['dry-run'] },
      resolvePath: (path) => resolve(path),
      signal: interrupt.signal,
    });
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${USAGE}`);
      return 2;
    }
    const { message, help, where } = toAppError(error);
    console.error([where === undefined ? message : `${where}: ${message}`, help].join('\n'));
    return 1;
  } finally {
    await engine?.close();
  }
}

/** `ledger verify` names its act before the file. */
function readWords([command, first, second]: readonly string[]): {
  readonly command: string | undefined;
  readonly file: string | undefined;
  readonly name: string | undefined;
} {
  return command === 'ledger'
    ? { command, file: second, name: first }
    : { command, file: first, name: second };
}

/** What leaves is kept in a ledger, one for each workspace file; other commands keep nothing. */
function chooseStore(home: string, command: string, file: string): string {
  if (!KEPT.has(command)) return ':memory:';
  return join(home, 'workspaces', `${createHash('sha256').update(file).digest('hex').slice(0, 16)}.db`);
}

async function readWorkspaceText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // The reason (missing, a folder, no permission) is the same act for the person: name another file.
    throw new AppError({
      code: 'FILE_INVALID',
      message: `The workspace file ${path} cannot be read.`,
      help: 'Check the path and the permissions of the file.',
      retry: 'after-fix',
    });
  }
}

process.exitCode = await main(process.argv.slice(2));
