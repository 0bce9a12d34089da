import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
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

  --out <file>       where to write
  --format <format>  csv, jsonl or parquet; by the ending of --out unless stated
  --overwrite        replaces a file that exists
  --unmasked         shows personal columns in a preview
  --json             prints one JSON value
  --help             prints this text

Exit codes: 0 done, 1 a problem was found, 2 wrong usage.
Secrets come from the OS keychain, or from SLIPWAY_SECRET_<CONNECTION>_<FIELD>.`;

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
  const [command, file, ...rest] = positionals;
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  let engine: Engine | undefined;
  try {
    if (command === undefined) throw new UsageError('A command is missing.');
    if (file === undefined) throw new UsageError('The workspace file is missing.');
    if (rest.length > 1)
      throw new UsageError('There are more words than a command takes. Put names with spaces in quotes.');
    const text = await readWorkspaceText(resolve(file));
    engine = await composeEngine({
      home: process.env['SLIPWAY_HOME'] ?? desktopHome(process.platform, process.env),
      keychain: 'os',
      version: manifest.version,
      store: ':memory:',
      schedules: false,
      secretVariables: process.env,
    });
    return await runCommand(engine.services, {
      command,
      text,
      audience: rest[0],
      options: values,
      folder: process.cwd(),
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
