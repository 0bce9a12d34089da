import { hash as digestOf } from 'node:crypto';
import type { RejectedRow } from '../domain/run.ts';
import { normalise } from '../domain/normalise.ts';
import type { NormaliseStep, Recipe } from '../domain/recipe.ts';

/** A field as rows are prepared for it. */
export interface PreparedField {
  readonly field: string;
  readonly recipe: Recipe;
  /** A row without any identifier finds nobody and is rejected. */
  readonly isIdentifier: boolean;
}

/** A row ready to send, or why it cannot be: in words, without its values. */
export type PreparedRow =
  | { readonly values: readonly (string | null)[] }
  | { readonly rejected: Pick<RejectedRow, 'field' | 'reason'> };

/** Why a value is of no use, by the step of its recipe that refused it. */
const REASONS: Partial<Readonly<Record<NormaliseStep, string>>> = {
  email: 'It is not an e-mail address.',
  e164: 'It is not a phone number, or the country of the number is not known.',
  uuid: 'It is not an advertising id.',
  'no-comma': 'It holds a comma.',
};

/** Prepares rows by these fields: each value normalised, then hashed. Values come in the order of the fields. */
export function createPreparer(
  fields: readonly PreparedField[],
): (columns: readonly (readonly (string | null)[])[], row: number) => PreparedRow {
  const prepared = fields.map(({ recipe, isIdentifier }) => ({ apply: compileRecipe(recipe), isIdentifier }));
  const needsIdentifier = fields.some(({ isIdentifier }) => isIdentifier);
  return (columns, row) => {
    let isFound = !needsIdentifier;
    const values = prepared.map(({ apply, isIdentifier }, at) => {
      const raw = columns[at]?.[row] ?? null;
      const value = raw === null ? null : (apply(raw) ?? null);
      if (isIdentifier && value !== null) isFound = true;
      return value;
    });
    return isFound ? { values } : { rejected: explain(fields, columns, row) };
  };
}

/** A recipe as a function; undefined where nothing of use is left. */
export function compileRecipe(recipe: Recipe): (value: string) => string | undefined {
  const { steps, hash } = recipe;
  const prepare =
    steps.length === 0
      ? (value: string) => (value === '' ? undefined : value)
      : (value: string) => normalise(value, recipe);
  if (hash === 'none') return prepare;
  return (value) => {
    const prepared = prepare(value);
    return prepared === undefined ? undefined : digestOf(hash, prepared);
  };
}

/** The first identifier that was given and of no use; where none was given, that. */
function explain(
  fields: readonly PreparedField[],
  columns: readonly (readonly (string | null)[])[],
  row: number,
): Pick<RejectedRow, 'field' | 'reason'> {
  for (const [at, { field, recipe, isIdentifier }] of fields.entries()) {
    const raw = columns[at]?.[row] ?? null;
    if (!isIdentifier || raw === null || raw.trim() === '') continue;
    const { steps } = recipe;
    const step = steps.find(
      (_, last) => normalise(raw, { ...recipe, steps: steps.slice(0, last + 1) }) === undefined,
    );
    return {
      field,
      reason: (step === undefined ? undefined : REASONS[step]) ?? 'Nothing of use is left of it.',
    };
  }
  return { reason: 'No identifier is known.' };
}
