import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SampleSize } from '../../../electron/sample/sample-size.ts';
import type { LakehouseAddress } from './address.ts';
import { connectControl, type LakehouseControl } from './control.ts';

export type { LakehouseAddress } from './address.ts';
export type { LakehouseControl } from './control.ts';

/** A lakehouse that runs somewhere, and its control. */
export interface ConnectedLakehouse extends LakehouseAddress {
  readonly control: LakehouseControl;
}

/** A lakehouse that this process started and must stop. */
export interface Lakehouse extends ConnectedLakehouse {
  /** What another process needs to connect; it can be serialised. */
  readonly address: LakehouseAddress;
  stop(): Promise<void>;
}

/** Connects to a lakehouse that another process started. */
export function connectLakehouse(address: LakehouseAddress): ConnectedLakehouse {
  return { ...address, control: connectControl(address.controlUrl) };
}

/**
 * Starts a lakehouse with the sample in a process of its own, which takes half a minute; start one for a whole test run.
 * It ends with `stop`, or when this process ends.
 */
export async function startLakehouse(options: { readonly size?: SampleSize } = {}): Promise<Lakehouse> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'serve.ts'), options.size ?? 'small'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const line = once(createInterface({ input: child.stdout }), 'line');
  const first: unknown[] = await Promise.race([line, ended.then(() => [])]);
  if (typeof first[0] !== 'string')
    throw new Error('The test lakehouse did not start; its own message is above.');
  const address = JSON.parse(first[0]) as LakehouseAddress;
  return {
    ...connectLakehouse(address),
    address,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
