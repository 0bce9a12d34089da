import type { AppErrorShape } from '../domain/app-error.ts';
import type { Instant } from '../domain/duration.ts';
import type { ApiSettings } from './api-settings.ts';
import type { IntakeRequest, IntakeRows } from './profile-store.ts';
import type { ApiRequest } from './running-api.ts';

/** What the engine asks of the thread of a Profile API. An intake is named by the number that `begin` answered with. */
export type ThreadCall =
  | { readonly kind: 'open'; readonly request: ApiRequest }
  | { readonly kind: 'update'; readonly settings: ApiSettings }
  | { readonly kind: 'begin'; readonly request: IntakeRequest }
  | { readonly kind: 'write'; readonly intake: number; readonly rows: IntakeRows }
  | { readonly kind: 'commit'; readonly intake: number; readonly asOf: Instant }
  | { readonly kind: 'abort'; readonly intake: number }
  | { readonly kind: 'forget'; readonly part: number }
  | { readonly kind: 'warn'; readonly part: number; readonly text: string | undefined }
  | { readonly kind: 'state' }
  | { readonly kind: 'reads' }
  | { readonly kind: 'stop' };

/** A call with the number that its answer carries. */
export interface ToThread {
  readonly id: number;
  readonly call: ThreadCall;
}

/** The answer of a call: its value, or the error that it failed with. */
export type FromThread =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: AppErrorShape };
