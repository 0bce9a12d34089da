import { JourneyState, type TickInput } from '../../../electron/journeys/journey-state.ts';
import type { World } from '../oracle/evaluate.ts';
import type { Act, Scene } from './journey-arbitrary.ts';
import { type Engine, type PlainRow, type PlainTables, plainTables, readTables } from './read-tables.ts';
import { Reference } from './reference.ts';
import { channelOf, factsOf } from './world.ts';

/** An engine, and how the tables of a world are put where its statements find them. */
export interface Stage extends Engine {
  readonly writeWorld: (world: World) => Promise<void>;
}

/** The tables after an act, as the engine has them and as they are to be. */
export interface Outcome {
  readonly act: Act;
  readonly found: PlainTables;
  readonly expected: PlainTables;
}

/** Lets an act happen in the reference. */
export function actInReference(
  reference: Reference,
  { journey, kind, number, at, versions, world }: Act,
): void {
  if (kind === 'stop') reference.stop({ journey, number, at });
  else reference.tick({ journey, number, at, versions, facts: factsOf(world), channelOf });
}

/** The tick of an act, as a state of a journey takes it. */
export function tickOf({ number, at, versions, world }: Act): TickInput {
  const { asOf, model, audiences } = world;
  return { number, at, asOf, versions, definitions: { model, audiences }, channelOf };
}

/** The state of a journey on an engine, as a process has it that has just begun. */
export function openState({ warehouse, dialect, place }: Engine, journeyId: string): JourneyState {
  return new JourneyState({ warehouse, dialect, schema: place, journeyId, options: {} });
}

/** Lets an act happen on an engine, from the begin of its first phase. The world is there. */
export async function actOnEngine(engine: Engine, act: Act): Promise<void> {
  const state = openState(engine, act.journey);
  if (act.number === 1) await state.prepare();
  await state.check(act.number - 1);
  if (act.kind === 'stop') {
    await state.stop(act.number, act.at);
    return;
  }
  await state.move(tickOf(act));
  await state.keep(tickOf(act));
}

/** Plays a scene on an engine and in the reference, and gives what came of each act. */
export async function* playScene(stage: Stage, { acts }: Scene): AsyncGenerator<Outcome> {
  const reference = new Reference();
  for (const act of acts) {
    await stage.writeWorld(act.world);
    actInReference(reference, act);
    await actOnEngine(stage, act);
    yield {
      act,
      found: await readTables(stage, act.journey),
      expected: plainTables(reference.tables(act.journey)),
    };
  }
}

/** How many customers something happened to at each place, of the rows of a log. */
export function countsOf(log: readonly PlainRow[]): Record<string, string | number>[] {
  const counts = new Map<string, Record<string, string | number>>();
  for (const { kind, version, step, way, reason } of log) {
    const place = Object.entries({ kind, version, step, way, reason }).filter(([, each]) => each != null);
    const key = JSON.stringify(place);
    const customers = Number(counts.get(key)?.['customers'] ?? 0) + 1;
    counts.set(key, { ...Object.fromEntries(place), customers });
  }
  return [...counts.values()];
}
