import { AppError } from '../domain/app-error.ts';
import { InsideChoice, type Journey } from '../domain/journey.ts';
import type { Tick } from '../domain/tick.ts';
import type { Services } from '../services/index.ts';
import { chooseByName } from './choose.ts';
import type { CommandCall } from './command-call.ts';
import { follow } from './follow.ts';
import { UsageError } from './usage-error.ts';

/** Ticks a journey of the file, or goes on with its tick that is not over. @returns 0 where it is done, else 1 */
export async function tick(services: Services, call: CommandCall): Promise<number> {
  const inside = InsideChoice.default('keep').safeParse(call.options.inside);
  if (!inside.success) throw new UsageError('Customers inside can keep, move or leave: --inside keep.');
  const { journeys, journeyTicks } = services;
  const { connectionId, id } = loadJourney(services, call);
  if (call.options.publish && isUnpublished(services, connectionId, id))
    journeys.publish(connectionId, id, inside.data);
  refuseUnpublished(services, connectionId, id);
  approveRuns(services, connectionId, id, call.options.approve);
  journeyTicks.start(connectionId, id, 'command-line');
  const told = (): string => journeyTicks.progress(connectionId, id).text ?? '';
  const ended = await follow(journeyTicks.wait(connectionId, id), told, call);
  if (ended !== undefined) return report(services, ended, call);
  console.error('Interrupted. The same command goes on with this tick.');
  return 1;
}

function loadJourney(
  { workspaces }: Services,
  { text, name }: CommandCall,
): { connectionId: string; id: string } {
  if (name === undefined) throw new UsageError('The name of the journey is missing.');
  const { models } = workspaces.load(text);
  const all = models.flatMap(({ connection, journeys: list }) =>
    list.map((journey) => ({ connectionId: connection, journey })),
  );
  const { connectionId, journey } = chooseByName('journey', name, all, (each) => each.journey);
  return { connectionId, id: journey.id };
}

function isUnpublished({ journeys }: Services, connectionId: string, id: string): boolean {
  const { journey, isChanged } = journeys.get(connectionId, id);
  return journey.versions.length === 0 || isChanged || journey.status === 'stopped';
}

/** A file says what is to run: what differs from what was published is not ticked past unseen. */
function refuseUnpublished(services: Services, connectionId: string, id: string): void {
  if (!isUnpublished(services, connectionId, id)) return;
  const { journey } = services.journeys.get(connectionId, id);
  throw new AppError({
    code: 'RULE_INVALID',
    message: describeUnpublished(journey),
    help: 'Add --publish to publish it as it is in the file, with --inside for the customers inside.',
    retry: 'after-fix',
  });
}

function describeUnpublished({ name, versions }: Journey): string {
  const newest = versions.at(-1);
  if (newest === undefined) return `“${name}” is not published.`;
  return `“${name}” in the file is not what was published as version ${newest.number}.`;
}

function approveRuns(services: Services, connectionId: string, id: string, approve: boolean): void {
  const { tick: last } = services.journeyTicks.progress(connectionId, id);
  if (!approve || last?.status !== 'waiting') return;
  for (const { runId } of last.sends) {
    if (services.activationRuns.progress(runId).run.status === 'paused')
      services.activationRuns.approve(runId);
  }
}

function report({ activationRuns }: Services, ended: Tick, { options }: CommandCall): number {
  const { journeyName, number, status, counts, sends, error } = ended;
  if (options.json) console.log(JSON.stringify(ended));
  else {
    const sum = (kind: string): number =>
      counts.reduce((all, each) => (each.kind === kind ? all + each.customers : all), 0);
    console.log(
      `${journeyName}, tick ${number}: ${status}, ${sum('entered')} entered, ${sum('sent')} sent, ${sum('not-sent')} not sent, ${sum('left')} left`,
    );
    for (const { stepName, customers, runId } of sends) {
      const { run } = activationRuns.progress(runId);
      console.log(`${stepName}: ${customers} customers, run ${run.status}`);
      if (run.kind === 'activation' && run.pause !== undefined)
        console.error(`${run.pause.message} Add --approve to let it pass.`);
      if (run.error !== undefined) console.error(`${run.error.message}\n${run.error.help}`);
    }
    if (error !== undefined) console.error(`${error.message}\n${error.help}`);
  }
  return status === 'done' ? 0 : 1;
}
