import type BetterSqlite3 from 'better-sqlite3';
import { z } from 'zod';
import { FieldRecipe } from '../domain/recipe.ts';
import { readDocument } from './document.ts';
import type { Store } from './store.ts';

type RecipesPart = Pick<Store, 'saveRecipes' | 'findRecipes' | 'noteRecipesUsed' | 'listRecipesUsed'>;

const Recipes = z.array(FieldRecipe);

/** Recipes by which rows were sent, and where. They stay when definitions go: a removal needs them later. */
export function createRecipes(database: BetterSqlite3.Database): RecipesPart {
  const put = database.prepare<[string, string]>(
    'INSERT INTO recipes (id, document) VALUES (?, ?) ON CONFLICT (id) DO NOTHING',
  );
  const byId = database.prepare<[string], { document: string }>('SELECT document FROM recipes WHERE id = ?');
  const note = database.prepare<[string, string]>(
    'INSERT INTO recipes_used (place, recipe_id) VALUES (?, ?) ON CONFLICT (place, recipe_id) DO NOTHING',
  );
  const usedAt = database.prepare<[string], { recipe_id: string }>(
    'SELECT recipe_id FROM recipes_used WHERE place = ? ORDER BY key',
  );
  return {
    saveRecipes(id, recipes) {
      put.run(id, JSON.stringify(recipes));
    },
    findRecipes(id) {
      const row = byId.get(id);
      return row === undefined ? undefined : readDocument(Recipes, row.document, 'set of recipes');
    },
    noteRecipesUsed(place, recipesId) {
      note.run(place, recipesId);
    },
    listRecipesUsed: (place) => usedAt.all(place).map((row) => row.recipe_id),
  };
}
