import type { DeliveryFailure, DestinationKind } from '../../electron/destinations/destination.ts';
import type { ErrorCode } from '../../electron/domain/app-error.ts';
import type { ActivationMode } from '../../electron/domain/destination.ts';
import type { Secrets, Settings } from '../../electron/domain/field-spec.ts';
import type { Fault } from '../support/vendors/vendor-fault.ts';
import type { VendorAnswer, VendorRequest } from '../support/vendors/vendor-server.ts';

/** Values of a row, ready to send. */
export type Row = readonly (string | null)[];

/** A running emulator with what addresses it. */
export interface DestinationWorld {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly target: Settings;
  /** Everyone who was received, by the key that {@link DestinationFixture.keyOf} gives, and how often. */
  readonly received: () => ReadonlyMap<string, number>;
  /** Lists or audiences that are there. */
  readonly containers: () => number;
  readonly fail: (fault: Fault) => void;
  /** What the destination sent that the contract does not have; empty where all is well. */
  readonly strays: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** What the suite must know of a destination that it tests. */
export interface DestinationFixture {
  readonly kind: DestinationKind;
  readonly mode: ActivationMode;
  /** Keys of the mapped fields; each row of {@link row} follows them. */
  readonly fields: readonly string[];
  /** `none`: the credentials hold, but may do nothing that a delivery needs. */
  readonly start: (access: 'full' | 'none') => Promise<DestinationWorld>;
  /** The secrets of somebody else. */
  readonly wrongSecrets: Secrets;
  /** The person of this number; two numbers give two people. Letters of many scripts where the vendor takes plain text. */
  readonly row: (number: number) => Row;
  /** The same person with a null beside an identifier, where the mapping has room for one. */
  readonly rowWithNull?: (number: number) => Row;
  readonly keyOf: (row: Row) => string;
  /** The request that carries rows. */
  readonly carriesRows: (request: VendorRequest) => boolean;
  /** The request that makes the list or the audience, where one does apart from rows. */
  readonly makesContainer?: (request: VendorRequest) => boolean;
  /** Whether the vendor says how long to wait when it is called too often. */
  readonly saysHowLong: boolean;
  /** Documented refusals of a batch, with the kinds of failure that fit them. */
  readonly refusals?: readonly VendorRefusal[];
  /** Rows of which the vendor refuses some while it takes the rest. */
  readonly partial?: { readonly rows: readonly Row[]; readonly refused: number };
}

/** A refusal that the vendor documents. Whatever its kind, the batch is taken when it is sent again afterwards. */
export interface VendorRefusal {
  readonly name: string;
  readonly answer: VendorAnswer;
  readonly kinds: readonly DeliveryFailure['kind'][];
  readonly code?: ErrorCode;
}
