import type { LatencySecond, ProfileStoreChoice, ReadCount } from '../domain/profile-api.ts';
import type { Secrets } from '../domain/field-spec.ts';
import type { ApiSettings } from './api-settings.ts';
import type { Intake, IntakeRequest, PartState } from './profile-store.ts';

/** What a Profile API is opened with. */
export interface ApiRequest {
  readonly settings: ApiSettings;
  readonly store: ProfileStoreChoice;
  readonly secrets: Secrets;
}

/** What a running API tells of itself. */
export interface ApiState {
  readonly parts: readonly PartState[];
  /** The last minutes, the oldest first; seconds without a request are left out. */
  readonly latency: readonly LatencySecond[];
}

/** A Profile API that listens. All methods throw AppError only. */
export interface RunningApi {
  readonly port: number;
  /** Whether this app fills the store; the parts of one that is synced elsewhere are only read. */
  readonly isFilled: boolean;
  update(settings: ApiSettings): Promise<void>;
  /** Begins to read a part anew. Only where {@link isFilled}. */
  begin(request: IntakeRequest): Promise<Intake>;
  forget(part: number): Promise<void>;
  /** Says in health and metrics that a part could not be refreshed; undefined takes that back. `text` names no value of a customer. */
  warn(part: number, text: string | undefined): Promise<void>;
  state(): Promise<ApiState>;
  /** The counts of reads since they were last taken. */
  takeReads(): Promise<ReadCount[]>;
  /** Ends all connections and empties the store. */
  stop(): Promise<void>;
}

/** Opens an API; `onLoss` is called once where it ends by itself. @throws AppError SETTINGS_INVALID where the port is taken */
export type OpenProfileApi = (request: ApiRequest, onLoss: (error: Error) => void) => Promise<RunningApi>;
