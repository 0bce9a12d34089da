import { AppError } from '../domain/app-error.ts';
import { foldName } from '../domain/check-workspace.ts';

/** Something with a name that people gave it; `name` stands in the message as it was written. */
interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * Refuses a name that another of these has, whatever its case. `what` is one of them in words (`audience`), `where` the field of the name.
 * @throws AppError NAME_TAKEN
 */
export function refuseTakenName(
  what: string,
  name: string,
  id: string | undefined,
  all: readonly Named[],
  where = 'name',
): void {
  const taken = all.find((each) => each.id !== id && foldName(each.name) === foldName(name));
  if (taken === undefined) return;
  throw new AppError({
    code: 'NAME_TAKEN',
    message: `Another ${what} is named “${taken.name}”.`,
    help: 'Choose another name.',
    retry: 'after-fix',
    where,
  });
}

/** Labels as the names they are. */
export function namesOf(labelled: readonly { readonly id: string; readonly label: string }[]): Named[] {
  return labelled.map(({ id, label }) => ({ id, name: label }));
}
