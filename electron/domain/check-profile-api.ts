import { checkColumn, checkColumns } from './check-columns.ts';
import type { Definitions } from './composition.ts';
import { type Problem, errorAt, warningAt } from './problem.ts';
import type { ProfileApi } from './profile-api.ts';

/**
 * Finds what keeps a Profile API from answering as it says: references that lead nowhere, ids and names that occur twice, origins that no
 * browser sends. `where` is its path in the document; without it paths begin with its own keys.
 */
export function checkProfileApi(api: ProfileApi, { model, audiences }: Definitions, where = ''): Problem[] {
  const at = (path: string): string => (where === '' ? path : `${where}.${path}`);
  const parts = api.parts.map(({ id }) => id);
  return [
    ...repeated(parts, (index) => at(`parts[${index}].id`), 'part'),
    ...repeated(
      api.parts.map(({ name }) => name),
      (index) => at(`parts[${index}].name`),
      'part',
    ),
    ...api.parts.flatMap((part, index) => [
      ...checkColumns(part.columns, model, at(`parts[${index}].columns`)),
      ...part.audiences.flatMap((id, place) =>
        audiences.some((each) => each.id === id)
          ? []
          : [
              errorAt(
                at(`parts[${index}].audiences[${place}]`),
                `The audience “${id}” does not exist.`,
                'Choose another audience.',
              ),
            ],
      ),
      ...(part.columns.length + part.audiences.length === 0
        ? [
            warningAt(
              at(`parts[${index}]`),
              `“${part.name}” tells nothing but who the customers are.`,
              'Choose attributes or audiences of it.',
            ),
          ]
        : []),
    ]),
    ...repeated(
      api.identifiers.map(({ name }) => name),
      (index) => at(`identifiers[${index}].name`),
      'identifier',
    ),
    ...api.identifiers.flatMap((identifier, index) => {
      const { entity, column, path } = identifier;
      const output = { kind: 'attribute', entity, column, ...(path === undefined ? {} : { path }) } as const;
      return checkColumn(output, model, at(`identifiers[${index}]`));
    }),
    ...repeated(
      api.keys.map(({ id }) => id),
      (index) => at(`keys[${index}].id`),
      'key',
    ),
    ...api.keys.flatMap((key, index) =>
      key.revokedAt !== undefined || key.parts.every((id) => parts.includes(id))
        ? []
        : [
            warningAt(
              at(`keys[${index}].parts`),
              `The key “${key.name}” may read a part that is not there.`,
              'Revoke it, or add the part.',
            ),
          ],
    ),
    ...api.origins.flatMap((origin, index) =>
      isOrigin(origin)
        ? []
        : [
            errorAt(
              at(`origins[${index}]`),
              `“${origin}” is no origin.`,
              'Write the scheme and host of a page, and its port where it has one: `https://shop.example`.',
            ),
          ],
    ),
  ];
}

function repeated(names: readonly string[], place: (index: number) => string, what: string): Problem[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [errorAt(place(index), `Two ${what}s are named “${name}”.`, 'Give one of them another name.')],
  );
}

/** True for an origin as a browser sends it. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  return origin === text && (protocol === 'https:' || protocol === 'http:');
}
