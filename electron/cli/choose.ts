import { AppError } from '../domain/app-error.ts';
import { foldName } from '../domain/check-workspace.ts';

/**
 * The one of these that has the id or, whatever its case, the name. `what` is one of them in words (`audience`), `named` reads its id and name.
 * @throws AppError NOT_FOUND, naming those there are
 */
export function chooseByName<T>(
  what: string,
  name: string,
  all: readonly T[],
  named: (each: T) => { readonly id: string; readonly name: string },
): T {
  const found = all.filter(
    (each) => named(each).id === name || foldName(named(each).name) === foldName(name),
  );
  const [chosen] = found;
  if (chosen !== undefined && found.length === 1) return chosen;
  const names = all.map((each) => named(each).name).join(', ');
  throw new AppError({
    code: 'NOT_FOUND',
    message:
      chosen === undefined
        ? `There is no ${what} “${name}” in the file.`
        : `The file has several ${what}s “${name}”.`,
    help: names === '' ? `The file holds no ${what}s.` : `Choose one by its name or id: ${names}.`,
    retry: 'after-fix',
  });
}
