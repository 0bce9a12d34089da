import { ProfileApiForm } from '../../../electron/contract/profiles.ts';
import { makeId } from '../../../electron/domain/audience.ts';
import { errorAt, type Problem } from '../../../electron/domain/problem.ts';
import type { ProfileIdentifier, ProfilePart } from '../../../electron/domain/profile-api.ts';

/** The path of an issue as problems write it: `parts[0].name`. */
function writePath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

/** What is said of a field that is missing or wrong, by the end of its path. */
const GAPS: readonly (readonly [RegExp, message: string, help: string])[] = [
  [/^parts\[\d+\]\.name$/, 'A part has no name.', 'Enter one of 80 letters at most.'],
  [/^parts\[\d+\]\.columns$/, 'A part has more than 200 columns.', 'Divide it into two parts.'],
  [/^parts\[\d+\]\.audiences$/, 'A part has more than 200 audiences.', 'Divide it into two parts.'],
  [/^parts$/, 'There are more than 20 parts.', 'Remove some of them.'],
  [
    /^identifiers\[\d+\]\.name$/,
    'The name of an identifier is missing or wrong.',
    'A name is lower-case letters, digits and underscores, and begins with a letter.',
  ],
  [
    /^identifiers\[\d+\]\.(entity|column)$/,
    'An identifier has no attribute.',
    'Choose the attribute that customers are found by.',
  ],
  [/^identifiers$/, 'There are more than 10 identifiers.', 'Remove some of them.'],
  [/^port$/, 'The port is no whole number from 0 to 65535.', 'Use 8787, or 0 for a free one.'],
  [/^origins/, 'An origin is too long, or there are more than 50.', 'Remove it.'],
  [
    /^requestsPerSecond$/,
    'Requests a second are no whole number from 1 to 1,000,000.',
    'Use 1000 where there is no reason for another number.',
  ],
];

/** What keeps a form from being taken by the engine at all, found without it. Paths are those of the form. */
export function findGaps(form: ProfileApiForm): Problem[] {
  const { error } = ProfileApiForm.safeParse(form);
  const seen = new Set<string>();
  return (error?.issues ?? []).flatMap(({ path, message }) => {
    const where = writePath(path).replace(/\.entity$/, '.column');
    if (seen.has(where)) return [];
    seen.add(where);
    const gap = GAPS.find(([pattern]) => pattern.test(where));
    return [errorAt(where, gap?.[1] ?? message, gap?.[2] ?? 'Change it.')];
  });
}

/** A new part with a name that is free. */
export function startPart(parts: readonly ProfilePart[]): ProfilePart {
  const names = new Set(parts.map(({ name }) => name));
  let name = parts.length === 0 ? 'Basics' : 'Part 2';
  for (let count = 2; names.has(name); count += 1) name = `Part ${count}`;
  return { id: freeId(name, parts), name, columns: [], audiences: [] };
}

function freeId(name: string, others: readonly ProfilePart[]): string {
  return makeId(name, new Set(others.map(({ id }) => id)));
}

/** The parts with another name for one of them. Its id follows the name until it is saved: programs read a saved part by its id. */
export function renamePart(
  parts: readonly ProfilePart[],
  at: number,
  name: string,
  saved: readonly ProfilePart[],
): ProfilePart[] {
  return parts.map((part, index) => {
    if (index !== at) return part;
    const isSaved = saved.some(({ id }) => id === part.id);
    const others = [...parts.filter((_, other) => other !== at), ...saved];
    return { ...part, name, id: isSaved ? part.id : freeId(name, others) };
  });
}

/** An identifier whose attribute is not chosen yet. */
export function startIdentifier(identifiers: readonly ProfileIdentifier[]): ProfileIdentifier {
  const names = new Set(identifiers.map(({ name }) => name));
  let name = 'identifier';
  for (let count = 2; names.has(name); count += 1) name = `identifier_${count}`;
  return { name, entity: '', column: '', form: 'as-is' };
}
