import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../domain/app-error.ts';
import type { Activation } from '../domain/activation.ts';
import type { ActivationRun } from '../domain/run.ts';
import type { Workspace } from '../domain/workspace.ts';
import type { Services } from '../services/index.ts';
import { chooseByName } from './choose.ts';
import type { CommandCall } from './command-call.ts';
import { follow } from './follow.ts';
import { UsageError } from './usage-error.ts';

/** How often `serve` looks whether a run ended, in milliseconds. */
const SERVE_EVERY = 1_000;

interface ChosenActivation {
  readonly connectionId: string;
  readonly activation: Activation;
}

/** Runs an activation of the file, or goes on with its run that was interrupted. @returns 0 where all was taken, else 1 */
export async function run(services: Services, call: CommandCall): Promise<number> {
  const { models } = services.workspaces.load(call.text);
  const { connectionId, activation } = chooseActivation(models, call.name);
  if (call.options.dryRun) return dryRun(services, connectionId, activation, call);
  const { id } = begin(services, connectionId, activation, call);
  const ended = await follow(services.activationRuns.wait(id), () => describeProgress(services, id), call);
  if (ended !== undefined) return report(ended, call);
  console.error('Interrupted. The same command goes on with this run.');
  return 1;
}

/** A run that waits is gone on with, where that needs no answer; a new one is started otherwise. */
function begin(
  { activationRuns, activations }: Services,
  connectionId: string,
  activation: Activation,
  { options }: CommandCall,
): ActivationRun {
  const { lastRun } = activations.get(connectionId, activation.id);
  if (lastRun?.status === 'interrupted') return activationRuns.resume(lastRun.id);
  if (lastRun?.status === 'paused') {
    if (options.approve) return activationRuns.approve(lastRun.id);
    throw new AppError({
      code: 'IN_USE',
      message: `The last run asks first: ${lastRun.pause?.message ?? ''}`,
      help: 'Add --approve to let it pass.',
      retry: 'after-fix',
    });
  }
  return activationRuns.start(connectionId, activation.id, { startedFrom: 'command-line' });
}

function describeProgress({ activationRuns }: Services, id: string): string {
  const { text, handled, total, rowsPerSecond } = activationRuns.progress(id);
  const rate = rowsPerSecond === undefined ? '' : `, ${Math.round(rowsPerSecond)} rows/s`;
  return handled === 0 && text !== undefined ? text : `${handled} of ${total} rows${rate}`;
}

function report(ended: ActivationRun, { options }: CommandCall): number {
  const { status, counts, files, error, pause, destinationLabel, audienceName } = ended;
  if (options.json) console.log(JSON.stringify(ended));
  else {
    const { taken, rejected, unknown, unchanged } = counts;
    console.log(
      `${audienceName} to ${destinationLabel}: ${status}, ${taken} taken, ${rejected} rejected, ${unknown} unknown, ${unchanged} unchanged`,
    );
    for (const { name, rows, bytes, sha256 } of files)
      console.log(`${name}: ${rows} rows, ${bytes} bytes, sha256 ${sha256}`);
    if (pause !== undefined) console.error(`${pause.message} Add --approve to let it pass.`);
    if (error !== undefined) console.error(`${error.message}\n${error.help}`);
  }
  return status === 'succeeded' ? 0 : 1;
}

async function dryRun(
  { dryRuns }: Services,
  connectionId: string,
  activation: Activation,
  { options, signal }: CommandCall,
): Promise<number> {
  const found = await dryRuns.dryRun(connectionId, activation, { signal });
  if (options.json) console.log(JSON.stringify(found));
  else {
    const { members, withoutConsent, adds, removes, unchanged, rejected, problems } = found;
    console.log(
      `${members} members, ${withoutConsent} without consent: ${adds} to add, ${removes} to remove, ${unchanged} unchanged`,
    );
    for (const { field, reason, rows } of rejected)
      console.log(`${rows} rejected: ${field === undefined ? '' : `${field}: `}${reason}`);
    for (const { severity, where, message, help } of problems)
      console.log(`${severity}: ${where}: ${message} ${help}`);
  }
  return 0;
}

/** Runs the activations of the file, ticks its journeys by their schedules, and answers its Profile API until the process is told to end. */
export async function serve(services: Services, call: CommandCall): Promise<number> {
  const { models } = services.workspaces.load(call.text);
  const scheduled = models.flatMap(({ connection }) => [
    ...services.activations
      .list(connection)
      .map(({ activation, nextRun }) => ({ name: activation.name, next: nextRun })),
    ...services.journeys
      .list(connection)
      .map(({ journey, nextTick }) => ({ name: journey.name, next: nextTick })),
  ]);
  const coming = scheduled.filter(({ next }) => next !== undefined);
  const apis = models
    .filter(({ profileApi }) => profileApi?.isOn === true)
    .map(({ connection }) => connection);
  if (coming.length + apis.length === 0) {
    throw new AppError({
      code: 'NOT_FOUND',
      message:
        'No activation of the file has a schedule, no published journey either, and no Profile API is on.',
      help: 'Add `schedule: { cron: "0 6 * * *", timeZone: UTC }` to an activation, or to a journey and publish it with `tick --publish`; or `isOn: true` to a `profileApi`.',
      retry: 'after-fix',
    });
  }
  for (const { name, next } of coming) console.log(`${name}: next at ${next ?? ''}`);
  // One that cannot listen ends the command: whoever asks it would wait for nothing.
  for (const connection of apis) {
    const { url } = await services.profileApis.turnOn(connection);
    console.log(`Profile API of ${connection}: ${url ?? ''}`);
  }
  services.schedules.resumeInterrupted();
  services.schedules.start();
  const told = new Set<string>();
  const began = new Date().toISOString();
  while (!call.signal.aborted) {
    for (const each of services.runs.list(50)) {
      if (
        each.kind !== 'activation' ||
        each.endedAt === undefined ||
        each.endedAt < began ||
        told.has(each.id)
      )
        continue;
      told.add(each.id);
      report(each, call);
    }
    await sleep(SERVE_EVERY, undefined, { signal: call.signal }).catch(() => {
      // Told to end: what runs is interrupted when the engine closes, and the next one goes on from there.
    });
  }
  return 0;
}

/** `ledger verify` looks through the egress ledger, `ledger export` writes it to a file. */
export async function ledger(
  { ledger: entries }: Services,
  { name, options, resolvePath }: CommandCall,
): Promise<number> {
  if (name === 'export') {
    if (options.out === undefined) throw new UsageError('The export of a ledger needs --out.');
    const written = await entries.export(resolvePath(options.out), options.overwrite);
    console.log(options.json ? JSON.stringify(written) : `${written.entries} entries`);
    return 0;
  }
  if (name !== 'verify')
    throw new UsageError('The ledger can be verified or exported: ledger verify, ledger export.');
  const check = entries.verify();
  if (options.json) console.log(JSON.stringify(check));
  else if (check.broken === undefined)
    console.log(`${check.entries} entries, all in place. Head ${check.head}`);
  else console.error(`Entry ${check.broken.position}: ${check.broken.message}`);
  return check.broken === undefined ? 0 : 1;
}

function chooseActivation(models: Workspace['models'], name: string | undefined): ChosenActivation {
  if (name === undefined) throw new UsageError('The name of the activation is missing.');
  const all = models.flatMap(({ connection, activations }) =>
    activations.map((activation) => ({ connectionId: connection, activation })),
  );
  return chooseByName('activation', name, all, ({ activation }) => activation);
}
