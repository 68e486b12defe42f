import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProgressOptions } from '@soup/interface'
import {
  MAX_RECIPE_LENGTH,
  parseRecipe,
  type RecipeRecord,
  recipeId,
  serializeRecipe
} from '@soup/manifest'
import { formatBytes, formatSeconds } from '../cli/format.ts'
import { NodeError, UsageError } from '../errors.ts'
import { runJob } from '../jobs/run-job.ts'
import { findExpert } from '../library/lookup.ts'
import { checkFree, intoFolder } from '../library/output.ts'
import { readParsed } from '../library/read-text.ts'
import { draftRecipe, type RecipeDraft, soupModel } from '../library/recipes.ts'
import type { SoupNode } from '../node.ts'
import { MODEL_FILE } from './checkout.ts'
import { type Command, nodeCommand } from './command.ts'
import type { Invocation } from './invocation.ts'

/** Name of the recipe in an output folder. */
const RECIPE_FILE = 'recipe.json'

/** `soup`: mixes experts on this machine. */
export const soup: Command = nodeCommand({
  name: 'soup',
  summary: 'mix experts: θ(λ) = θ₀ + Σ λᵢ (θᵢ − θ₀), with the recipe that rebuilds it bit for bit',
  args: [{ flags: '[expert=lambda...]', summary: 'experts with their λ; λ sums to 1' }],
  options: [
    { flags: '--out <dir>', summary: 'the folder to make' },
    { flags: '--recipe <file>', summary: 'rebuild the soup of this recipe instead' },
    {
      flags: '--dtype <dtype>',
      summary: "output dtype: F16, BF16, F32 or F64 (default: the base's)"
    },
    { flags: '--extrapolate', summary: 'allow λ below 0, above 1, or with another sum' }
  ],
  examples: [
    'soup-node soup bafyreig...=0.3 bafyreih...=0.7 --out ./soup',
    'soup-node soup --recipe ./soup/recipe.json --out ./again'
  ],
  needs: 'repo',
  async run(node, invocation, options) {
    const out = invocation.path(invocation.required('out'))
    await checkFree(out)
    const began = performance.now()
    const known = await recipeFile(invocation)
    const draft = known ?? (await draftOf(node, invocation, options))
    return await intoFolder(out, async folder => {
      const written = await build(node, draft, join(folder, MODEL_FILE), options)
      const recipe = { ...draft, sha256: written.sha256 }
      if (known !== undefined) checkRebuilt(known, written.sha256)
      await writeFile(join(folder, RECIPE_FILE), serializeRecipe(recipe))
      return {
        recipe: recipeId(recipe),
        out,
        sha256: written.sha256,
        tensors: written.tensorCount,
        bytes: written.sizeBytes,
        seconds: (performance.now() - began) / 1_000
      }
    })
  },
  render: ({ out, recipe, sha256, tensors, bytes, seconds }) =>
    [
      `Wrote ${out}/${MODEL_FILE}: ${tensors} tensors, ${formatBytes(bytes)} in ${formatSeconds(seconds)}`,
      `  sha256  ${sha256}`,
      `  recipe  ${recipe} (${RECIPE_FILE})`
    ].join('\n')
})

async function build(
  node: SoupNode,
  draft: RecipeDraft,
  path: string,
  options: ProgressOptions
): Promise<{ sha256: string; tensorCount: number; sizeBytes: number }> {
  const model = await soupModel(node, draft, options)
  const [written] = await runJob('write', { models: [{ model, path }] }, options)
  return written!
}

async function recipeFile(invocation: Invocation): Promise<RecipeRecord | undefined> {
  const file = invocation.text('recipe')
  if (file === undefined) return undefined
  if (invocation.args.length > 0) throw new UsageError('Give experts or --recipe, not both')
  const isFixed = invocation.text('dtype') !== undefined || invocation.flag('extrapolate')
  if (isFixed)
    throw new UsageError('The recipe says --dtype and --extrapolate itself: leave them out')
  return await readParsed(invocation.path(file), MAX_RECIPE_LENGTH, parseRecipe)
}

async function draftOf(
  node: SoupNode,
  invocation: Invocation,
  options: ProgressOptions
): Promise<RecipeDraft> {
  if (invocation.args.length === 0) throw new UsageError('Name the experts to mix: EXPERT=λ ...')
  const experts = []
  const lambda = []
  for (const text of invocation.args) {
    const [id, coefficient] = parseIngredient(text)
    lambda.push(coefficient)
    experts.push(await findExpert(node, id, options))
  }
  return draftRecipe(experts, lambda, {
    dtype: invocation.text('dtype'),
    extrapolate: invocation.flag('extrapolate')
  })
}

function parseIngredient(text: string): [string, number] {
  const [, id, number] = /^([^=]+)=([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)$/i.exec(text) ?? []
  if (id !== undefined && Number.isFinite(Number(number))) return [id, Number(number) + 0]
  throw new UsageError(
    `'${text}' is no ingredient: expected EXPERT=λ with λ a number, such as ${text.split('=')[0]}=0.5`
  )
}

function checkRebuilt(recipe: RecipeRecord, sha256: string): void {
  if (recipe.sha256 === sha256) return
  const message = `The rebuilt soup differs from its recipe: expected sha256 ${recipe.sha256}, got ${sha256}`
  throw new NodeError('RECIPE_MISMATCH', message, {
    details: { expected: recipe.sha256, got: sha256 }
  })
}
