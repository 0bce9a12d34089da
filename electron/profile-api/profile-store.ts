import type { Instant } from '../domain/duration.ts';

/** A customer as a store holds them. */
export interface StoredProfile {
  readonly id: string;
  /** JSON text of each part, in the order of the parts; null where the customer is not in it, or it was never read. */
  readonly parts: readonly (string | null)[];
}

/** How a part is. `asOf` is the instant that its values are of: undefined until it was read once, and after its time to live. */
export interface PartState {
  readonly id: string;
  readonly asOf: Instant | undefined;
  /** How many customers are in it; undefined where that is not known. */
  readonly customers: number | undefined;
}

/** What is read of customers, whatever keeps it. All methods that may take a round trip give a promise; memory answers at once. */
export interface ProfileStore {
  /** The parts in their order, as told by {@link StoredProfile.parts}. */
  parts(): readonly PartState[];
  /** Another text whenever what is told of any customer may have changed; undefined where others change it as well. */
  version(): string | undefined;
  /** Customers in the order of `ids` (1,000 at most); undefined for each that is not there. @throws AppError HOST_UNREACHABLE, QUERY_FAILED */
  find(ids: readonly string[]): (StoredProfile | undefined)[] | Promise<(StoredProfile | undefined)[]>;
  /** Ids of the customers with an identifier's value, `limit` at most, sorted. @throws as {@link find} */
  findIds(identifier: string, value: string, limit: number): string[] | Promise<string[]>;
  /** Empties it and gives up what it holds. Nothing is answered from it any more. */
  close(): Promise<void>;
}

/** Customers of a part, some hundred at a time; the three lists have the same length. */
export interface IntakeRows {
  readonly ids: readonly string[];
  /** JSON text of the part. */
  readonly documents: readonly string[];
  /** Values of the identifiers by their places in {@link IntakeRequest.identifiers}; absent where the part carries none. */
  readonly identifiers?: readonly (readonly (string | null)[])[];
}

/** The part whose customers carry the identifiers: the first. */
export const IDENTIFIER_PART = 0;

/** A part that is read anew. `identifiers` are those that it carries: none but for {@link IDENTIFIER_PART}. */
export interface IntakeRequest {
  readonly part: number;
  readonly identifiers: readonly string[];
}

/** A part on its way into a store: seen by nobody until `commit`, then by everybody at once. Customers who did not come are in the part no more. */
export interface Intake {
  /** Takes customers, each once. */
  write(rows: IntakeRows): Promise<void>;
  /** Makes the part what was written, as it was at `asOf`. @returns how many customers came, and how many documents differ from before */
  commit(asOf: Instant): Promise<{ readonly customers: number; readonly changed: number }>;
  /** Leaves the part as it was. */
  abort(): Promise<void>;
}

/** A store that this app fills. One intake at a time for each part. */
export interface FilledProfileStore extends ProfileStore {
  begin(request: IntakeRequest): Promise<Intake>;
  /** Forgets a part, as when its time to live is over. */
  forget(part: number): Promise<void>;
}
