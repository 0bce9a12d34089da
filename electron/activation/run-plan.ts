import { hash as digestOf } from 'node:crypto';
import { z } from 'zod';
import type { DestinationKind } from '../destinations/destination.ts';
import type { FieldMapping } from '../domain/activation.ts';
import { ColumnType } from '../domain/column-type.ts';
import { ActivationMode } from '../domain/destination.ts';
import { Settings } from '../domain/field-spec.ts';
import { AS_IS, FieldRecipe, type Recipe } from '../domain/recipe.ts';
import { TablePath } from '../domain/table-path.ts';
import type { PreparedField } from './prepare-rows.ts';

/** Rows that are sent by one delivery: of one op, with the same fields and recipes. */
export const PlannedGroup = z.object({
  op: z.enum(['add', 'remove']),
  recipeId: z.string(),
  fields: z.array(FieldRecipe),
  rows: z.number(),
  /** Under which recipes its rows are pinned, where they serve several groups. */
  pinnedAs: z.string().optional(),
});
export type PlannedGroup = z.infer<typeof PlannedGroup>;

/**
 * What a run does, fixed when it starts and kept over a crash: a definition that is changed meanwhile changes the next run. No secret, no row.
 */
export const RunPlan = z.object({
  /**
   * Of batches: the members with their fields as text, by the id first, in the order of ids where they are read again. Of files: the columns as
   * the warehouse writes them. Its values are those of the rule.
   */
  query: z.object({
    text: z.string(),
    values: z.record(
      z.string(),
      z.object({
        type: z.enum(['text', 'bigint', 'double', 'boolean', 'decimal', 'date', 'timestamp']),
        value: z.union([z.string(), z.number(), z.boolean()]),
      }),
    ),
    columns: z.array(z.object({ name: z.string(), type: ColumnType })),
  }),
  mode: ActivationMode,
  /** Of the destination's account and of what is addressed within it. */
  settings: Settings,
  target: Settings,
  /** Names where the rows go to, by what addresses it. */
  place: z.string(),
  recipeId: z.string(),
  fields: z.array(FieldRecipe),
  /** Places among the fields of those that find a person. */
  identifiers: z.array(z.number()),
  limits: z.object({
    rows: z.number(),
    bytes: z.number(),
    rowOverhead: z.number(),
    concurrency: z.number(),
    requestsPerSecond: z.number().optional(),
  }),
  /** The tables in the writable schema; absent where there is none. */
  tables: z
    .object({
      members: TablePath,
      rows: TablePath,
      left: TablePath,
      synced: TablePath,
      retry: TablePath,
      recipes: TablePath,
    })
    .optional(),
  /**
   * `pinning`: the rows are not complete. `sending`, then `settling`: what was taken is written to what was synced. `clearing`: that is done, and
   * the run's tables go.
   */
  phase: z.enum(['pinning', 'sending', 'settling', 'clearing', 'done']),
  groups: z.array(PlannedGroup),
  /** What each group's delivery keeps at its vendor's. */
  deliveries: z.record(
    z.string(),
    z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly()])),
  ),
});
export type RunPlan = z.infer<typeof RunPlan>;

/** How a mapped field's values are treated, under these settings. */
export function recipeOf(
  { to, form }: Pick<FieldMapping, 'to' | 'form'>,
  kind: DestinationKind,
  settings: Settings,
  target: Settings,
): Recipe {
  const field = kind.fields.find((each) => each.key === to);
  if (form === 'sha256') return { steps: ['trim', 'lowercase'], hash: 'sha256' };
  if (field === undefined) return AS_IS;
  return form === 'as-is' ? AS_IS : field.recipe(settings, target);
}

/** Recipes by an id that is made of them: the same recipes have the same id on every computer. */
export function identifyRecipes(fields: readonly FieldRecipe[]): string {
  return digestOf('sha256', JSON.stringify(fields)).slice(0, 16);
}

/**
 * Names the place that an activation sends to: the destination, and what addresses something in its account. Other settings, such as the
 * country of phone numbers, may change without making it another place.
 */
export function identifyPlace(
  kind: DestinationKind,
  destinationId: string,
  settings: Settings,
  target: Settings,
): string {
  const values = (kind.address ?? []).map((key) => [key, settings[key] ?? target[key] ?? null]);
  return digestOf('sha256', JSON.stringify([destinationId, kind.kind, values])).slice(0, 12);
}

/** The fields with what the kind says of each: whether it finds a person. */
export function prepareFields(fields: readonly FieldRecipe[], kind: DestinationKind): PreparedField[] {
  return fields.map(({ field, recipe }) => ({
    field,
    recipe,
    isIdentifier: kind.fields.some((each) => each.key === field && each.isIdentifier),
  }));
}
