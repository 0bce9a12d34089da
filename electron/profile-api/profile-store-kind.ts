import type { FieldSpec, Secrets, Settings } from '../domain/field-spec.ts';
import type { FilledProfileStore, ProfileStore } from './profile-store.ts';

/** What a store of profiles is opened with. */
export interface OpenStoreRequest {
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** Ids of the parts, in the order in which documents are told. */
  readonly parts: readonly string[];
  /** Names of the identifiers. */
  readonly identifiers: readonly string[];
  readonly signal?: AbortSignal;
}

/** A kind of store: one file, one line in `stores.ts`. */
export interface ProfileStoreKind {
  readonly kind: string;
  readonly label: string;
  readonly description: string;
  readonly settings: readonly FieldSpec[];
  /**
   * Opens a store; whoever opens it closes it. One that this app fills has `begin`.
   * @throws AppError SETTINGS_INVALID, AUTH_FAILED, PERMISSION_DENIED, HOST_UNREACHABLE, TIMEOUT, TABLE_MISSING, COLUMN_MISSING, QUERY_FAILED
   */
  open(request: OpenStoreRequest): Promise<ProfileStore | FilledProfileStore>;
}
