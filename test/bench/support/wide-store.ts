import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SampleSize } from '../../../electron/sample/sample-size.ts';
import { openStore } from '../../../electron/store/open-store.ts';
import { describeWideCatalog, WIDE_TABLES } from './wide-catalog.ts';

/** The connection whose metadata {@link writeWideStore} writes. */
export const WIDE_CONNECTION = { id: 'lakehouse', label: 'Wide lakehouse' } as const;

/** Writes a store as the app leaves it after it has read a large lakehouse. The connection opens the sample, so that it needs no network. */
export async function writeWideStore(
  file: string,
  size: SampleSize,
): Promise<{ tables: number; columns: number }> {
  await mkdir(dirname(file), { recursive: true });
  const store = openStore(file);
  try {
    store.saveConnection({ ...WIDE_CONNECTION, kind: 'sample', settings: { size: 'small' } });
    const tables = describeWideCatalog(WIDE_TABLES[size]);
    return await store.replaceTables(WIDE_CONNECTION.id, tables, '2026-11-01T00:00:00.000Z');
  } finally {
    store.close();
  }
}
