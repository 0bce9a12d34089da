import { type Statements, Killed } from './count-statements.ts';
import type { Act } from './journey-arbitrary.ts';
import { openState, tickOf } from './play-scene.ts';
import type { Engine } from './read-tables.ts';

/** The phases of an act, each of which a process begins anew where one before was killed in it. */
export function phasesOf(engine: Engine, act: Act): (() => Promise<void>)[] {
  const tick = tickOf(act);
  const prepare = (): Promise<void> => openState(engine, act.journey).prepare();
  if (act.kind === 'stop') {
    return [prepare, () => openState(engine, act.journey).stop(act.number, act.at)];
  }
  const move = async (): Promise<void> => {
    const state = openState(engine, act.journey);
    await state.check(act.number - 1);
    await state.move(tick);
  };
  return [prepare, move, () => openState(engine, act.journey).keep(tick)];
}

/** Kills a phase before and after each of its statements in turn, begins it anew each time, and lets it end at last. @returns how often it was killed */
export async function killEverywhere(phase: () => Promise<void>, statements: Statements): Promise<number> {
  let kills = 0;
  for (let statement = 1; ; statement += 1) {
    for (const when of ['before', 'after'] as const) {
      statements.kill({ statement, when });
      if (!(await isKilled(phase))) return kills;
      kills += 1;
    }
  }
}

/** Kills a phase once where it has that statement, then lets a new process end it. */
export async function killOnce(
  phase: () => Promise<void>,
  statements: Statements,
  kill: { readonly statement: number; readonly when: 'before' | 'after' },
): Promise<boolean> {
  statements.kill(kill);
  const killed = await isKilled(phase);
  statements.kill();
  if (killed) await phase();
  return killed;
}

async function isKilled(phase: () => Promise<void>): Promise<boolean> {
  try {
    await phase();
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
}
