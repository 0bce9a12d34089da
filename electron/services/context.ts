import type { Instant } from '../domain/duration.ts';
import type { CustomerModel } from '../domain/model.ts';
import type { DestinationKind } from '../destinations/destination.ts';
import type { ProfileStoreKind } from '../profile-api/profile-store-kind.ts';
import type { OpenProfileApi } from '../profile-api/running-api.ts';
import type { SecretStore } from '../keychain/secret-store.ts';
import type { Store } from '../store/store.ts';
import type { WarehouseKind } from '../warehouses/warehouse.ts';

/** What services are given; compose.ts makes the concrete things. */
export interface ServiceContext {
  readonly store: Store;
  readonly secrets: SecretStore;
  readonly warehouses: readonly WarehouseKind[];
  readonly destinations: readonly DestinationKind[];
  /** Opens Profile APIs, and the kinds of store that they may read from. */
  readonly profileApi: { readonly open: OpenProfileApi; readonly stores: readonly ProfileStoreKind[] };
  /** The sample lakehouse: the kind of its connection, its name and its ready model. */
  readonly sample: { readonly kind: string; readonly label: string; readonly model: CustomerModel };
  /** The instant that it is now. */
  readonly clock: () => Instant;
  /** Absolute folder where warehouses may keep their own files. */
  readonly home: string;
  /** The account of the operating system, for the ledger. */
  readonly user: string;
  readonly version: string;
}
