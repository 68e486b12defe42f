import type { RecipeRecord } from './records.ts'

export function serializeRecipe(_recipe: RecipeRecord): string {
  throw new Error('in the making')
}
export function parseRecipe(_text: string): RecipeRecord {
  throw new Error('in the making')
}
export function recipeId(_recipe: RecipeRecord): string {
  throw new Error('in the making')
}
