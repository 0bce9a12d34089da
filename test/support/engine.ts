import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Engine, composeEngine } from '../../electron/compose.ts';
import { AppError } from '../../electron/domain/app-error.ts';

/** A running engine in a folder of its own. */
export interface TestEngine {
  /** The folder of the test; `home` of the engine is in it. */
  readonly folder: string;
  readonly home: string;
  engine(): Engine;
  /** Closes the engine and starts another on the same home, as a restart of the app does. */
  restart(): Promise<Engine>;
  close(): Promise<void>;
}

/** An engine for all tests of a file, started before the first and closed after the last. */
export function useEngine(): TestEngine {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-engine-'));
  const home = join(folder, 'home');
  let running: Engine | undefined;
  const start = async (): Promise<Engine> => {
    running = await composeEngine({ home, keychain: 'memory', version: '0.0.0' });
    return running;
  };
  const close = async (): Promise<void> => {
    await running?.close();
    running = undefined;
  };
  beforeAll(start);
  afterAll(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    home,
    engine: () => {
      if (running === undefined) throw new Error('The engine is not running.');
      return running;
    },
    restart: async () => {
      await close();
      return start();
    },
    close,
  };
}

/** The AppError that an act throws or rejects with. */
export async function failureOf(act: () => unknown): Promise<AppError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('The act did not fail.');
}
