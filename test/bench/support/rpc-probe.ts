// The renderer's side of `rpc-during-export`: a thread of its own, so that its clock and its sending do not stand still with the engine.
import { parentPort, workerData } from 'node:worker_threads';
import { setTimeout } from 'node:timers/promises';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { z } from 'zod';
import type { Contract } from '../../../electron/contract/contract.ts';
import { FileFormat } from '../../../electron/domain/run.ts';
import { PROFILE_AND_SPEND } from './everybody.ts';

/** Calls are sent this often, in milliseconds, whether or not the last is answered: who waits for the answer misses the engine's pauses. */
const EVERY_MS = 5;
const IDLE_MS = 3_000;

const task = z.object({
  port: z.instanceof(MessagePort),
  connectionId: z.string(),
  audienceId: z.string(),
  targets: z.array(z.object({ path: z.string(), format: FileFormat })),
});
const { port, connectionId, audienceId, targets } = task.parse(workerData);
const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port }));
port.start();

async function probeWhile(act: Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  const calls: Promise<void>[] = [];
  const send = async (): Promise<void> => {
    const start = performance.now();
    await client.app.status({});
    times.push(performance.now() - start);
  };
  const timer = setInterval(() => calls.push(send()), EVERY_MS);
  try {
    await act;
  } finally {
    clearInterval(timer);
  }
  await Promise.all(calls);
  return times;
}

async function runExports(): Promise<{ rows: number; bytes: number }> {
  const written = { rows: 0, bytes: 0 };
  for (const target of targets) {
    const events = await client.exports.run({
      connectionId,
      audienceId,
      columns: PROFILE_AND_SPEND,
      ...target,
    });
    for await (const event of events) {
      if (event.kind !== 'done') continue;
      written.rows += event.result.rows ?? 0;
      written.bytes += event.result.bytes ?? 0;
    }
  }
  return written;
}

await client.app.status({});
const idle = await probeWhile(setTimeout(IDLE_MS));
const exporting = runExports();
const busy = await probeWhile(exporting);
parentPort?.postMessage({ idle, busy, ...(await exporting) });
port.close();
