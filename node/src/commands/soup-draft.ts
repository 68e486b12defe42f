import type { ProgressOptions } from '@soup/interface'
import { MAX_RECIPE_LENGTH, parseRecipe, type TensorLambda } from '@soup/manifest'
import { UsageError } from '../errors.ts'
import { runJob } from '../jobs/run-job.ts'
import { findExpert } from '../library/lookup.ts'
import { readParsed } from '../library/read-text.ts'
import { type DraftIngredient, draftRecipe, type RecipeDraft } from '../library/recipes.ts'
import type { SoupNode } from '../node.ts'
import type { Invocation } from './invocation.ts'

/** A Fisher file that the caller gave. */
export interface FisherFile {
  path: string
  sha256: string
}

const NUMBER = '[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?'

/** Hashes the Fisher files that were given, in their order: a recipe names them by what is in them. */
export async function fisherFiles(
  invocation: Invocation,
  options: ProgressOptions
): Promise<FisherFile[]> {
  const files: FisherFile[] = []
  for (const text of invocation.list('fisher')) {
    const path = invocation.path(text)
    files.push({ path, sha256: await runJob('hash', { path }, options) })
  }
  return files
}

/** Writes down the recipe that a command line asks for. */
export async function draftOf(
  node: SoupNode,
  invocation: Invocation,
  files: readonly FisherFile[],
  options: ProgressOptions
): Promise<RecipeDraft> {
  if (invocation.args.length === 0) throw new UsageError('Name the experts to mix: EXPERT=λ ...')
  const ingredients: DraftIngredient[] = []
  for (const text of invocation.args) {
    ingredients.push(await ingredientOf(node, invocation, text, options))
  }
  const tensors = invocation.list('tensors').map(tensorLambda)
  const nested = new Set(ingredients.flatMap(({ source }) => fisherOf(source)))
  const fisher = files.map(({ sha256 }) => sha256).filter(sha256 => !nested.has(sha256))
  return draftRecipe(ingredients, {
    method: invocation.text('method'),
    parameters: settings(invocation.list('set')),
    tensorLambda: tensors.length === 0 ? undefined : tensors,
    fisher: fisher.length === 0 ? undefined : fisher,
    dtype: invocation.text('dtype'),
    extrapolate: invocation.flag('extrapolate')
  })
}

/** Refuses what a recipe says itself. */
export function refuseSettings(invocation: Invocation): void {
  if (invocation.args.length > 0) throw new UsageError('Give experts or --recipe, not both')
  const texts = ['dtype', 'method'].filter(name => invocation.text(name) !== undefined)
  const lists = ['set', 'tensors'].filter(name => invocation.list(name).length > 0)
  const flags = ['extrapolate'].filter(name => invocation.flag(name))
  const [first] = [...texts, ...lists, ...flags]
  if (first !== undefined) throw new UsageError(`The recipe says --${first} itself: leave it out`)
}

/** `EXPERT=λ`, or `EXPERT` for methods without λ; a path to a recipe ends in `.json`. */
async function ingredientOf(
  node: SoupNode,
  invocation: Invocation,
  text: string,
  options: ProgressOptions
): Promise<DraftIngredient> {
  const [, name, number] = new RegExp(`^(.+?)(?:=(${NUMBER}))?$`).exec(text) ?? []
  const isWhole = name !== undefined && (number !== undefined || !/=[^/]*$/.test(text))
  if (!isWhole || (number !== undefined && !Number.isFinite(Number(number)))) {
    throw new UsageError(
      `'${text}' is no ingredient: expected EXPERT=λ with λ a number, such as ${text.split('=')[0] || 'EXPERT'}=0.5`
    )
  }
  const lambda = number === undefined ? undefined : Number(number) + 0 // no −0
  const source = name.endsWith('.json')
    ? await readParsed(invocation.path(name), MAX_RECIPE_LENGTH, parseRecipe)
    : await findExpert(node, name, options)
  return { source, lambda }
}

/** The Fisher files that a recipe among the ingredients needs: they are given with the soup's own, and are not its own. */
function fisherOf(source: DraftIngredient['source']): readonly string[] {
  if (!('ingredients' in source)) return []
  const inner = source.ingredients.flatMap(({ recipe }) => (recipe ? fisherOf(recipe) : []))
  return [...(source.fisher ?? []), ...inner]
}

function settings(texts: readonly string[]): Record<string, number> {
  const pairs = texts.map(setting)
  const names = pairs.map(([name]) => name)
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) throw new UsageError(`Option --set names '${twice}' twice`)
  return Object.fromEntries(pairs)
}

function setting(text: string): [string, number] {
  const [, name, number] = new RegExp(`^([a-z][a-z0-9-]*)=(${NUMBER})$`).exec(text) ?? []
  if (name !== undefined && Number.isFinite(Number(number))) return [name, Number(number) + 0]
  throw new UsageError(`Option --set wants NAME=NUMBER, such as density=0.2, got '${text}'`)
}

function tensorLambda(text: string): TensorLambda {
  const [, glob, numbers] = new RegExp(`^(.+)=(${NUMBER}(?:,${NUMBER})*)$`).exec(text) ?? []
  const lambda = numbers?.split(',').map(number => Number(number) + 0) ?? []
  if (glob !== undefined && lambda.every(Number.isFinite)) return { glob, lambda }
  throw new UsageError(
    `Option --tensors wants GLOB=λ,λ,... with a λ for each expert, such as '*.mlp.*=0.2,0.8', got '${text}'`
  )
}
