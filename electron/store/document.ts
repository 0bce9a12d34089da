import type { z } from 'zod';
import { AppError } from '../domain/app-error.ts';

/**
 * Reads a stored JSON document as its schema says. `what` names it in the error.
 * @throws AppError STORE_UNUSABLE where the document does not fit.
 */
export function readDocument<T>(schema: z.ZodType<T>, json: string, what: string): T {
  const parsed = schema.safeParse(parseJson(json));
  if (parsed.success) return parsed.data;
  throw new AppError({
    code: 'STORE_UNUSABLE',
    message: `The stored ${what} cannot be read: it does not fit what this version of Slipway keeps.`,
    help: 'Import the workspace from a workspace file, or move slipway.db aside to start with an empty store.',
    retry: 'after-fix',
  });
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Broken JSON does not fit any schema; the schema's refusal is the report.
    return undefined;
  }
}
