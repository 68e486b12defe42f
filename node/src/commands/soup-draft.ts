import { existsSync } from 'node:fs'
import type { ProgressOptions } from '@soup/interface'
import {
  type ExpertRecord,
  MAX_RECIPE_LENGTH,
  parseRecipe,
  type SignedRecord,
  type TensorLambda
} from '@soup/manifest'
import { isMethod, METHODS } from '@soup/soup'
import { NodeError, UsageError } from '../errors.ts'
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

/** Where the Fisher files that recipes name lie. */
export function pathsByHash(files: readonly FisherFile[]): Map<string, string> {
  return new Map(files.map(({ path, sha256 }) => [sha256, path]))
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
  const tensors = invocation.list('tensors').map(text => tensorLambda(text, ingredients.length))
  const method = invocation.text('method')
  const draft = draftRecipe(ingredients, {
    method,
    parameters: settings(invocation.list('set')),
    tensorLambda: tensors.length === 0 ? undefined : tensors,
    fisher: takesFisher(method) ? ownFisher(files, ingredients.length) : undefined,
    dtype: invocation.text('dtype'),
    extrapolate: invocation.flag('extrapolate')
  })
  refuseUnusedFisher(draft, files)
  return draft
}

function takesFisher(method: string | undefined): boolean {
  return method !== undefined && isMethod(method) && METHODS[method].takesFisher
}

/** The files of the ingredients themselves. Those of recipes among them come after; a file may count for both. */
function ownFisher(files: readonly FisherFile[], count: number): string[] {
  const own = files.slice(0, count).map(({ sha256 }) => sha256)
  if (own.length === count) return own
  const message = `Fisher merging takes the Fisher information of each ingredient: ${count} times --fisher FILE, got ${own.length}`
  throw new NodeError('SOUP_FISHER', message, { details: { expected: count, got: own.length } })
}

/**
 * Refuses Fisher files that a soup doesn't read: whoever gives one means it to count.
 *
 * @throws UsageError naming the first of them
 */
export function refuseUnusedFisher(recipe: RecipeDraft, files: readonly FisherFile[]): void {
  const used = new Set(fisherOf(recipe))
  const unused = files.find(({ sha256 }) => !used.has(sha256))
  if (unused === undefined) return
  throw new UsageError(
    `Nothing here takes the Fisher file ${unused.path}: give one for each ingredient of --method fisher,` +
      ' in their order, then those that recipes among them name; leave out all others'
  )
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
  const isWhole = name !== undefined && (number !== undefined || isNameAlone(text))
  if (!isWhole || (number !== undefined && !Number.isFinite(Number(number)))) {
    throw new UsageError(
      `'${text}' is no ingredient: expected EXPERT=λ with λ a number, such as ${text.split('=')[0] || 'EXPERT'}=0.5`
    )
  }
  const lambda = number === undefined ? undefined : Number(number) + 0 // no −0
  const source = name.endsWith('.json')
    ? await readParsed(invocation.path(name), MAX_RECIPE_LENGTH, parseRecipe)
    : await expertOf(node, invocation, name, options)
  return { source, lambda }
}

/** A folder on the way to a recipe file may have a `=` in its name; everything else with one says a λ. */
function isNameAlone(text: string): boolean {
  return !text.includes('=') || /\/[^=/]*\.json$/.test(text)
}

/** People name what they see: a file that they have not published yet. */
async function expertOf(
  node: SoupNode,
  invocation: Invocation,
  name: string,
  options: ProgressOptions
): Promise<SignedRecord<ExpertRecord>> {
  try {
    return await findExpert(node, name, options)
  } catch (error) {
    const isUnknown = error instanceof NodeError && error.code === 'NOT_FOUND'
    if (!isUnknown || !(/[/.]/.test(name) || existsSync(invocation.path(name)))) throw error
    throw new UsageError(
      `${name} is a path, and experts are mixed by their ids: publish it first, with soup-node publish ${name} --base BASE --reward NAME`
    )
  }
}

/** The Fisher files that a recipe names, and those of recipes in it. */
function fisherOf({ fisher = [], ingredients }: RecipeDraft): readonly string[] {
  return [...fisher, ...ingredients.flatMap(({ recipe }) => (recipe ? fisherOf(recipe) : []))]
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

function tensorLambda(text: string, count: number): TensorLambda {
  const [, glob, numbers] = new RegExp(`^(.+)=(${NUMBER}(?:,${NUMBER})*)$`).exec(text) ?? []
  const lambda = numbers?.split(',').map(number => Number(number) + 0) ?? []
  const isWhole = lambda.length === count && lambda.every(Number.isFinite)
  if (glob !== undefined && isWhole) return { glob, lambda }
  throw new UsageError(
    `Option --tensors wants GLOB=λ,λ,... with a λ for each of the ${count} experts, such as '*.mlp.*=0.2,0.8', got '${text}'`
  )
}
