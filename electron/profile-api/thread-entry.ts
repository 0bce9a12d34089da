// The thread of a Profile API: its server and store are apart from the engine, so that neither waits for the other.
import { parentPort } from 'node:worker_threads';
import { AppError } from '../domain/app-error.ts';
import { openApi } from './open-api.ts';
import type { Intake } from './profile-store.ts';
import type { RunningApi } from './running-api.ts';
import type { FromThread, ThreadCall, ToThread } from './thread-protocol.ts';

let api: RunningApi | undefined;
const intakes = new Map<number, Intake>();
let lastIntake = 0;

async function carryOut(call: ThreadCall): Promise<unknown> {
  if (call.kind === 'open') {
    api = await openApi(call.request);
    return { port: api.port, isFilled: api.isFilled };
  }
  if (api === undefined) throw new RangeError('The API is not open.');
  switch (call.kind) {
    case 'update':
      return api.update(call.settings);
    case 'begin': {
      const intake = await api.begin(call.request);
      lastIntake += 1;
      intakes.set(lastIntake, intake);
      return lastIntake;
    }
    case 'write':
      return intakeOf(call.intake).write(call.rows);
    case 'commit': {
      const intake = intakeOf(call.intake);
      const result = await intake.commit(call.asOf);
      intakes.delete(call.intake);
      return result;
    }
    case 'abort': {
      const intake = intakeOf(call.intake);
      intakes.delete(call.intake);
      return intake.abort();
    }
    case 'forget':
      return api.forget(call.part);
    case 'warn':
      return api.warn(call.part, call.text);
    case 'state':
      return api.state();
    case 'reads':
      return api.takeReads();
    case 'stop':
      return api.stop();
  }
}

function intakeOf(number: number): Intake {
  const intake = intakes.get(number);
  if (intake === undefined) throw new RangeError(`There is no intake ${number}.`);
  return intake;
}

parentPort?.on('message', ({ id, call }: ToThread) => {
  const answer = (message: FromThread): void => parentPort?.postMessage(message);
  carryOut(call).then(
    (value) => answer({ id, value }),
    (error: unknown) =>
      answer({ id, error: (error instanceof AppError ? error : unexpected(error)).toShape() }),
  );
});

function unexpected(error: unknown): AppError {
  return new AppError(
    {
      code: 'INTERNAL',
      message: `The Profile API failed: ${error instanceof Error ? error.message : String(error)}`,
      help: 'Turn it off and on again.',
      retry: 'no',
    },
    { cause: error },
  );
}
