import type {
  AudienceSummary,
  DestinationKindView,
  DestinationView,
} from '../../../electron/contract/contract.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';

/** What a journey is made of: the definitions that its editor chooses from. */
export interface Given {
  readonly model: CustomerModel;
  readonly audiences: readonly AudienceSummary[];
  readonly destinations: readonly DestinationView[];
  readonly kinds: readonly DestinationKindView[];
}
