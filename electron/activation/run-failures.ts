import { AppError, type AppErrorShape } from '../domain/app-error.ts';

/** A batch on which later ones build may have been taken or not; `rule` says how that is found out. */
export function outcomeUnknown(rule: string | undefined): AppErrorShape {
  return {
    code: 'DELIVERY_REJECTED',
    message: `It stayed unknown whether a batch was taken. ${rule ?? ''}`.trim(),
    help: 'Look at the audience at the destination, then resume the run to ask again.',
    retry: 'later',
  };
}

/** A run whose rows are not pinned cannot go on: its batches would hold other rows. */
export function rowsChanged(): AppErrorShape {
  return {
    code: 'DELIVERY_REJECTED',
    message:
      'The members changed since the run stopped, and sending their batches again could reach people twice.',
    help: 'Cancel this run and start a new one. A schema for state in the connection’s settings keeps rows the same.',
    retry: 'no',
  };
}

/** An empty audience in place of the old one, at a destination of this label that has no way to be emptied. */
export function nothingToReplace(label: string): AppError {
  return new AppError({
    code: 'DELIVERY_REJECTED',
    message: `The audience is empty, and ${label} cannot be given an empty audience in place of the old one. It was left as it is.`,
    help: 'Correct the audience, or remove the members with an activation that removes.',
    retry: 'after-fix',
  });
}
