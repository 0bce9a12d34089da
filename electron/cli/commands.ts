import { extname } from 'node:path';
import type { Audience } from '../domain/audience.ts';
import { composeRules } from '../domain/composition.ts';
import { countMatching } from '../domain/histogram.ts';
import { FileFormat } from '../domain/run.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { Services } from '../services/index.ts';
import { chooseByName } from './choose.ts';
import type { CommandCall } from './command-call.ts';
import { key } from './key-command.ts';
import { ledger, run, serve } from './run-commands.ts';
import { tick } from './tick-command.ts';
import { UsageError } from './usage-error.ts';

interface Chosen {
  readonly connectionId: string;
  readonly audience: Audience;
  readonly model: Workspace['models'][number];
}

/**
 * Runs one command over the services and prints its answer. @returns the exit code
 * @throws UsageError for wrong usage, AppError for everything that went wrong
 */
export async function runCommand(services: Services, call: CommandCall): Promise<number> {
  if (call.command === 'check') return check(services, call);
  if (call.command === 'run') return run(services, call);
  if (call.command === 'tick') return tick(services, call);
  if (call.command === 'serve') return serve(services, call);
  if (call.command === 'key') return key(services, call);
  if (call.command === 'ledger') return ledger(services, call);
  const commands = { sql, size, preview, export: exportFile };
  const command = Object.entries(commands).find(([name]) => name === call.command)?.[1];
  if (command === undefined) throw new UsageError(`There is no command “${call.command}”.`);
  if (call.name === undefined) throw new UsageError('The name of the audience is missing.');
  const { models } = services.workspaces.load(call.text);
  return command(services, chooseAudience(models, call.name), call);
}

function chooseAudience(models: Workspace['models'], name: string): Chosen {
  const all = models.flatMap((model) =>
    model.audiences.map((audience) => ({ connectionId: model.connection, audience, model })),
  );
  return chooseByName('audience', name, all, ({ audience }) => audience);
}

function check(services: Services, { text, options }: CommandCall): Promise<number> {
  const { problems } = services.workspaces.check(text);
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  if (options.json) print({ problems });
  else {
    for (const { severity, where, message, help } of problems)
      console.log(`${severity}: ${where}: ${message} ${help}`);
    if (problems.length === 0) console.log('No problems found.');
  }
  return Promise.resolve(errors === 0 ? 0 : 1);
}

async function sql(
  services: Services,
  { connectionId, audience }: Chosen,
  { options }: CommandCall,
): Promise<number> {
  const { rule, columns } = audience;
  const statement = services.members.sql(connectionId, { rule, columns });
  if (options.json) print(statement);
  else {
    console.log(statement.text);
    for (const { name, type, value } of statement.values)
      console.log(`-- ${name} ${type} ${JSON.stringify(value)}`);
  }
  return 0;
}

async function size(services: Services, chosen: Chosen, { options, signal }: CommandCall): Promise<number> {
  const { connectionId, audience, model } = chosen;
  const histogram = await services.members.histogram(connectionId, [audience.rule], { signal });
  const { roots } = composeRules([audience.rule], { model, audiences: model.audiences });
  const count = countMatching(roots[0] ?? { kind: 'constant', value: true }, histogram);
  if (options.json) print({ audience: audience.name, count, total: histogram.total, asOf: histogram.asOf });
  else console.log(`${audience.name}: ${count} of ${histogram.total} customers as of ${histogram.asOf}`);
  return 0;
}

async function preview(
  services: Services,
  chosen: Chosen,
  { options, signal }: CommandCall,
): Promise<number> {
  const { rule, columns } = chosen.audience;
  const request = { rule, columns, unmasked: options.unmasked, limit: 20 };
  const shown = await services.members.preview(chosen.connectionId, request, { signal });
  if (options.json) {
    print(shown);
    return 0;
  }
  const table = [
    shown.columns.map((column) => column.name),
    ...shown.rows.map((row) => row.map((cell) => cell ?? '')),
  ];
  const widths = shown.columns.map((_, at) => Math.max(...table.map((row) => (row[at] ?? '').length)));
  for (const row of table)
    console.log(
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  return 0;
}

async function exportFile(services: Services, chosen: Chosen, call: CommandCall): Promise<number> {
  const { options, resolvePath, signal } = call;
  if (options.out === undefined) throw new UsageError('An export needs --out.');
  const format = FileFormat.safeParse(options.format ?? extname(options.out).slice(1).toLowerCase());
  if (!format.success)
    throw new UsageError('The format is csv, jsonl or parquet: end --out so, or state --format.');
  const { connectionId, audience } = chosen;
  const run = await services.exports.run(
    {
      connectionId,
      audienceId: audience.id,
      path: resolvePath(options.out),
      format: format.data,
      columns: audience.columns,
      overwrite: options.overwrite,
    },
    { signal },
  );
  if (options.json) print(run);
  else console.log(`${run.rows} rows, ${run.bytes} bytes, sha256 ${run.digest}\n${run.target.path}`);
  return 0;
}

function print(value: unknown): void {
  console.log(JSON.stringify(value));
}
