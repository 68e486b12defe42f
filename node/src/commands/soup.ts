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
import { type FloatDtype, parseShardSize } from '@soup/tensor'
import { formatBytes, formatLoss, formatSeconds, shortId } from '../cli/format.ts'
import { runJob } from '../jobs/run-job.ts'
import type { WrittenModel } from '../jobs/write.ts'
import { allMethods } from '../library/methods.ts'
import { checkFree, intoFolder } from '../library/output.ts'
import { readParsed } from '../library/read-text.ts'
import { checkRebuilt, lossyExperts, type RecipeDraft, soupModel } from '../library/recipes.ts'
import { expertsRead, rememberVerified } from '../library/verified-experts.ts'
import type { SoupNode } from '../node.ts'
import { type Command, nodeCommand } from './command.ts'
import type { Invocation } from './invocation.ts'
import {
  draftOf,
  type FisherFile,
  fisherFiles,
  pathsByHash,
  refuseSettings,
  refuseUnusedFisher
} from './soup-draft.ts'

/** Name of the recipe in an output folder. */
const RECIPE_FILE = 'recipe.json'

/** Below this, what a soup of adapters lost is f32's rounding, not the cut of its rank. */
const ROUNDING = 1e-6

/** `soup`: mixes experts on this machine. */
export const soup: Command = nodeCommand({
  name: 'soup',
  summary: 'mix experts: θ(λ) = θ₀ + Σ λᵢ (θᵢ − θ₀), with the recipe that rebuilds it bit for bit',
  args: [
    {
      flags: '[expert=lambda...]',
      summary: 'experts, or recipe files, each with its λ where the method takes one'
    }
  ],
  options: [
    { flags: '--out <dir>', summary: 'the folder to make, in the form of the base' },
    { flags: '--recipe <file>', summary: 'rebuild the soup of this recipe instead' },
    {
      flags: '--method <method>',
      summary: `how to mix (default: linear): ${allMethods()
        .map(({ name }) => name)
        .join(', ')}; see soup-node methods`
    },
    {
      flags: '--set <name=number>',
      summary: "a setting of the method: 'density=0.2'",
      repeat: true
    },
    {
      flags: '--tensors <glob=lambda>',
      summary: "λ of the tensors of such names: '*.mlp.*=0.2,0.8'; the first that matches counts",
      repeat: true
    },
    {
      flags: '--fisher <file>',
      summary:
        'diagonal Fisher information: of each ingredient in their order, then what recipes among them name',
      repeat: true
    },
    {
      flags: '--dtype <dtype>',
      summary:
        "output dtype: F32, BF16, F16, F64, F8_E4M3, ... (default: the base's; of the factors of product and factors: F32)"
    },
    { flags: '--extrapolate', summary: 'allow λ below 0, above 1, or with a sum other than 1' },
    { flags: '--shard-size <size>', summary: "largest shard: 5GB, 2GiB (default: the base's own)" },
    { flags: '--any-tokenizer', summary: "mix experts whose tokenizer is not the base's" }
  ],
  examples: [
    'soup-node soup bafyreig...=0.3 bafyreih...=0.7 --out ./soup',
    'soup-node soup --recipe ./soup/recipe.json --out ./again',
    'soup-node soup bafyreig...=0.5 bafyreih...=0.5 --method ties --set density=0.2 --out ./ties',
    'soup-node soup bafyreig... bafyreih... bafyreij... --method median --out ./median',
    'soup-node soup ./soup/recipe.json=0.5 bafyreij...=0.5 --out ./soup-of-soups'
  ],
  needs: 'repo',
  async run(node, invocation, options) {
    const out = invocation.path(invocation.required('out'))
    await checkFree(out)
    const began = performance.now()
    const known = await recipeFile(invocation)
    const files = await fisherFiles(invocation, options)
    if (known !== undefined) refuseUnusedFisher(known, files)
    const draft = known ?? (await draftOf(node, invocation, files, options))
    return await intoFolder(out, async folder => {
      const written = await build(node, draft, folder, invocation, { ...options, files })
      const lossy = await lossyExperts(node, draft, options)
      const recipe = { ...draft, sha256: written.sha256 }
      if (known !== undefined) checkRebuilt(known, written.sha256)
      await writeFile(join(folder, RECIPE_FILE), serializeRecipe(recipe))
      return {
        recipe: recipeId(recipe),
        out,
        files: written.fileNames,
        sha256: written.sha256,
        tensors: written.tensorCount,
        bytes: written.sizeBytes,
        relativeError: written.relativeError,
        lossy: lossy.length === 0 ? undefined : lossy,
        seconds: (performance.now() - began) / 1_000
      }
    })
  },
  render: ({ out, files, recipe, sha256, tensors, bytes, seconds, relativeError, lossy = [] }) =>
    [
      `Wrote ${out}/${files[0]}${files.length > 1 ? ` and ${files.length - 1} more` : ''}: ${tensors} tensors, ${formatBytes(bytes)} in ${formatSeconds(seconds)}`,
      `  sha256  ${sha256}`,
      `  recipe  ${recipe} (${RECIPE_FILE})`,
      ...lossy.map(
        ({ id, codec, loss }) =>
          `  ${shortId(id)} comes from a lossy codec: ${codec}, ${formatLoss(loss)}`
      ),
      ...(relativeError === undefined
        ? []
        : [
            relativeError < ROUNDING
              ? '  within the rank asked for: nothing was lost'
              : `  cut to the rank asked for: error ${(100 * relativeError).toFixed(2)} % of the update`
          ])
    ].join('\n')
})

async function build(
  node: SoupNode,
  draft: RecipeDraft,
  folder: string,
  invocation: Invocation,
  { files, ...options }: ProgressOptions & { files: readonly FisherFile[] }
): Promise<WrittenModel> {
  const size = invocation.text('shard-size')
  const shardSize = size === undefined ? undefined : parseShardSize(size)
  const model = await soupModel(node, draft, {
    ...options,
    fisherFiles: pathsByHash(files),
    anyTokenizer: invocation.flag('any-tokenizer')
  })
  const dtype = draft.dtype as FloatDtype | undefined // soupModel() has refused any other
  const models = [{ model, folder, shardSize, dtype }]
  const [written] = await runJob('write', { models }, options)
  await rememberVerified(node, expertsRead(draft))
  return written!
}

async function recipeFile(invocation: Invocation): Promise<RecipeRecord | undefined> {
  const file = invocation.text('recipe')
  if (file === undefined) return undefined
  refuseSettings(invocation)
  return await readParsed(invocation.path(file), MAX_RECIPE_LENGTH, parseRecipe)
}
