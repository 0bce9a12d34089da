import { DeliveryFailure } from '../../electron/destinations/destination.ts';

/** The DeliveryFailure that an act rejects with. */
export async function failureOf(act: () => Promise<unknown>): Promise<DeliveryFailure> {
  const error = await act().then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof DeliveryFailure) return error;
  throw new Error('no DeliveryFailure', { cause: error });
}
