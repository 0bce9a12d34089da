import type { EngineLoss } from './host.ts';

/** Words for an engine that is not there. An AppError brings its own help; anything else gets the general one. */
export function describeLoss(kind: EngineLoss['kind'], error: unknown): EngineLoss {
  const message = error instanceof Error ? error.message : String(error);
  const help =
    error instanceof Error && 'help' in error && typeof error.help === 'string' && error.help !== ''
      ? error.help
      : 'Restart Slipway. Definitions are saved and stay.';
  return { kind, message, help };
}
