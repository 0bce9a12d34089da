import type { AppErrorShape } from '../domain/app-error.ts';
import type { ActivationMode, Channel } from '../domain/destination.ts';
import type { FieldSpec, Secrets, Settings } from '../domain/field-spec.ts';
import type { PiiKind } from '../domain/model.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { TestStep } from '../domain/test-step.ts';

/** A field that a destination takes, by the vendor's own name. */
export interface DestinationField {
  readonly key: string;
  readonly label: string;
  /** What fills it, for suggestions. Empty where nothing personal does. */
  readonly pii: readonly PiiKind[];
  /** Identifiers find a person: a row without any is rejected. Others only describe. */
  readonly isIdentifier: boolean;
  /** How values become what the vendor matches on, under these settings. */
  readonly recipe: (settings: Settings, target: Settings) => Recipe;
}

/** Columns of any name beside the named fields: template data, columns of a file, properties of a JSON object. */
export interface FreeFields {
  /** Why a name cannot be used, or undefined. */
  readonly checkName: (name: string) => string | undefined;
}

/** What every act on a destination is given. */
export interface DestinationContext {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
}

/** What a delivery keeps between batches and over a crash: ids of the vendor's things. Plain JSON, no secret, no customer's data. */
export type DeliveryState = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What a delivery is opened with. */
export interface DeliveryContext extends DestinationContext {
  readonly target: Settings;
  readonly mode: ActivationMode;
  /** Keys of the mapped fields, in the order of the values of each row. */
  readonly fields: readonly string[];
  /** Names what the run is at the vendor. `id` is unique and at most 36 characters of `a-z 0-9 -`. */
  readonly run: { readonly id: string; readonly name: string; readonly activationId: string };
  /** How many rows are to be sent, rejected ones among them. */
  readonly total: number;
  /** What the delivery saved before a crash; undefined in a run's first process. */
  readonly state: DeliveryState | undefined;
  /** Keeps the state durably; returns once it is kept. */
  readonly saveState: (state: DeliveryState) => void;
}

/** Rows that are sent together. The same batch of a run is always the same rows. */
export interface Batch {
  /** Counted from 1 in a run. */
  readonly number: number;
  readonly op: 'add' | 'remove';
  /** No batch follows in the run. */
  readonly isLast: boolean;
  /** Values ready to send, normalised and hashed, null where there is none; in the order of the delivery's fields. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** The same rows as JSON: arrays in an array. */
  readonly json: string;
}

/** What the vendor answered to a batch that it took. */
export interface BatchReply {
  /** Rows that the vendor refused, by their place in the batch where it says so. */
  readonly rejected: readonly { readonly row?: number; readonly reason: string }[];
  /** The request's method and address without query, and the answer's status. */
  readonly exchange: Exchange;
}

/** A request and its answer as they may be kept and shown: no secret, no identifier. */
export interface Exchange {
  readonly request: string;
  readonly status: number | string;
  /** The vendor's own id of the request or job, or its counts. */
  readonly note?: string;
}

/**
 * Why a batch did not go through.
 * `retry`: nothing was taken; the same batch may be sent again, after `afterMs` where the vendor says so.
 * `unknown`: it may have been taken (the connection broke after it was sent). `reject`: the vendor refuses this batch as it is.
 * `stop`: no batch will go through until a person acts.
 */
export class DeliveryFailure extends Error {
  readonly kind: 'retry' | 'unknown' | 'reject' | 'stop';
  readonly error: AppErrorShape;
  readonly afterMs: number | undefined;
  readonly exchange: Exchange | undefined;

  constructor(
    kind: DeliveryFailure['kind'],
    error: AppErrorShape,
    more: { readonly afterMs?: number; readonly exchange?: Exchange; readonly cause?: unknown } = {},
  ) {
    super(error.message, { cause: more.cause });
    this.name = 'DeliveryFailure';
    this.kind = kind;
    this.error = error;
    this.afterMs = more.afterMs;
    this.exchange = more.exchange;
  }
}

/** An open delivery of one run. All acts throw {@link DeliveryFailure} only; an abort rejects with the signal's reason. */
export interface Delivery {
  send(batch: Batch, signal: AbortSignal): Promise<BatchReply>;
  /**
   * Whether a batch whose outcome is unknown was taken, asked of the vendor. `unknown` where it cannot be told yet; `sentAt` is when it was
   * sent, in milliseconds of the epoch. Absent where the vendor cannot tell.
   */
  resolve?(batch: Batch, sentAt: number, signal: AbortSignal): Promise<'taken' | 'not-taken' | 'unknown'>;
  /** Completes the run at the vendor once every batch was taken. Safe to call again after a crash. */
  finish?(signal: AbortSignal): Promise<Exchange | undefined>;
}

/** How a destination that takes rows by requests is driven. */
export interface BatchDelivery {
  readonly by: 'batches';
  /** How much a batch holds and how fast they go. `bytes` counts the UTF-8 of values with `rowOverhead` for each row. */
  readonly limits: (
    settings: Settings,
    target: Settings,
    mode: ActivationMode,
  ) => {
    readonly rows: number;
    readonly bytes: number;
    readonly rowOverhead: number;
    /** Batches under way at a time; 1 where their order counts. */
    readonly concurrency: number;
    readonly requestsPerSecond?: number;
  };
  /** Whether a batch that may have been taken can be sent again without reaching anyone twice. */
  readonly resend: (mode: ActivationMode) => 'safe' | 'never';
  /** The rule by which an unknown outcome is resolved, in one sentence for people; where `resend` is `never`. */
  readonly unknownRule?: string;
  /** Finds or makes what the target names. */
  readonly open: (context: DeliveryContext) => Promise<Delivery>;
}

/** A place for files. All acts throw {@link DeliveryFailure} only. */
export interface FilePlace {
  /**
   * Writes a file: it appears whole under its name or not at all; a file of that name is replaced.
   * @returns its size in bytes
   */
  write(name: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<number>;
  /** The absolute path a name has on this computer, where the place is a folder of it: the engine then writes the file itself. */
  localPath?(name: string): string;
  close(): Promise<void>;
}

/** How a destination that takes whole files is driven. Formats, names, splitting and manifests belong to the runner. */
export interface FileDelivery {
  readonly by: 'files';
  readonly open: (context: DestinationContext & { readonly target: Settings }) => Promise<FilePlace>;
}

/** A kind of destination: one file, one line in `index.ts`. Batching, hashing, retry, counting and the ledger belong to the runner. */
export interface DestinationKind {
  readonly kind: string;
  readonly label: string;
  readonly description: string;
  readonly channel: Channel;
  /** The account: its form, its secrets, its checks. */
  readonly settings: readonly FieldSpec[];
  /** What an activation addresses within the account. */
  readonly target: readonly FieldSpec[];
  /** What an activation can do; `mode` may depend on the target, which `modesFor` narrows. */
  readonly modes: readonly ActivationMode[];
  readonly modesFor?: (target: Settings) => readonly ActivationMode[];
  readonly fields: readonly DestinationField[];
  readonly freeFields?: FreeFields;
  /** What is wrong with these mapped fields together, a sentence each; beside unknown names and missing identifiers. */
  readonly checkFields?: (
    fields: readonly string[],
    target: Settings,
    mode: ActivationMode,
  ) => readonly string[];
  /** Fewer members than this are not used by the vendor. */
  readonly minimumSize?: number;
  /** Keys of settings and target that say where rows go to: with another value it is another place, of which nothing was synced. */
  readonly address?: readonly string[];
  /** The key of the target field that names an audience at an advertiser: words of health or finance are warned of in it. */
  readonly nameField?: string;
  /** Proves credentials and permissions step by step, changing nothing. Throws {@link DeliveryFailure} at the failing step. */
  readonly test: (context: DestinationContext, onStep: (step: TestStep) => void) => Promise<void>;
  readonly delivery: BatchDelivery | FileDelivery;
}

/** Declares a kind of destination; the identity function, for its types. */
export function defineDestination(kind: DestinationKind): DestinationKind {
  return kind;
}
