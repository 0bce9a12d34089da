import { readFileSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import type { LakehouseAddress } from './address.ts';
import { startLakehouse } from './lakehouse.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    lakehouse: LakehouseAddress;
  }
}

/**
 * Gives every test of a run the address of one lakehouse: `connectLakehouse(inject('lakehouse'))`. One that runs already
 * (`npm run lakehouse`) is used when SLIPWAY_LAKEHOUSE names its address file.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const file = process.env['SLIPWAY_LAKEHOUSE'];
  if (file !== undefined) {
    project.provide('lakehouse', JSON.parse(readFileSync(file, 'utf8')) as LakehouseAddress);
    return async () => undefined;
  }
  const lakehouse = await startLakehouse();
  project.provide('lakehouse', lakehouse.address);
  return lakehouse.stop;
}
