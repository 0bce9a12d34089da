import { foldName } from '../domain/check-workspace.ts';

const LONGEST_NAME = 120;

/** A name for a copy that none of these has: `Bread copy`, `Bread copy 2`. */
export function copyName(name: string, all: readonly { readonly name: string }[]): string {
  const taken = new Set(all.map((each) => foldName(each.name)));
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? ' copy' : ` copy ${count}`;
    const copy = name.slice(0, LONGEST_NAME - suffix.length).trimEnd() + suffix;
    if (!taken.has(foldName(copy))) return copy;
  }
}
