import { stat } from 'node:fs/promises'
import type { ProgressOptions } from '@soup/interface'
import { MAX_RECIPE_LENGTH, parseRecipe, type RecipeRecord } from '@soup/manifest'
import { table } from '../cli/format.ts'
import { UsageError } from '../errors.ts'
import type { NamedSpec } from '../jobs/model.ts'
import { findTask } from '../library/find-task.ts'
import { findExpert } from '../library/lookup.ts'
import { measure } from '../library/measure.ts'
import { expertModel } from '../library/models.ts'
import { readParsed } from '../library/read-text.ts'
import { checkRebuilt, soupModel } from '../library/recipes.ts'
import type { SoupNode } from '../node.ts'
import { type Command, nodeCommand } from './command.ts'
import type { Invocation } from './invocation.ts'
import { MAX_SEEDS, MAX_WORKERS } from './limits.ts'
import { fisherFiles, pathsByHash, refuseUnusedFisher } from './soup-draft.ts'

/** `evaluate`: measures one model on a task. */
export const evaluate: Command = nodeCommand({
  name: 'evaluate',
  summary: 'measure a model on a task: every reward with its standard error',
  args: [{ flags: '<model>', summary: 'a model (file or folder), an expert, or a recipe file' }],
  options: [
    { flags: '--task <task>', summary: 'name of the task (see soup-node tasks)' },
    { flags: '--seeds <n>', summary: "how many fixed seeds (default: the task's)" },
    { flags: '--workers <n>', summary: 'threads to use (default: one per core)' },
    {
      flags: '--fisher <file>',
      summary: 'of a recipe: a file of Fisher information that it names',
      repeat: true
    },
    {
      flags: '--any-tokenizer',
      summary: "of a recipe: mix experts whose tokenizer is not the base's"
    }
  ],
  examples: [
    'soup-node evaluate risky.safetensors --task locomotion',
    'soup-node evaluate ./soup/recipe.json --task locomotion --seeds 64'
  ],
  needs: 'repo',
  async run(node, invocation, options) {
    const task = findTask(invocation.required('task'))
    const { model, recipe } = await modelOf(node, invocation, options)
    const settings = {
      seeds: invocation.integer('seeds', 2, MAX_SEEDS),
      workers: invocation.integer('workers', 1, MAX_WORKERS),
      check: ([sha256]: readonly string[]) => recipe && checkRebuilt(recipe, sha256!)
    }
    const [measured] = await measure(node, task, [model], { ...settings, ...options })
    const { sha256, rewards } = measured!
    return {
      task: task.name,
      sha256,
      rewards: task.rewards.map(({ name, unit }, k) => ({ name, unit, ...rewards[k]! }))
    }
  },
  render: ({ rewards }) =>
    table(
      ['reward', 'mean', '± se', 'n', 'unit'],
      rewards.map(r => [r.name, r.mean.toFixed(1), r.stderr.toFixed(1), r.n, r.unit])
    )
})

/** What is measured, and the recipe that it must come out as, where it is the soup of one. */
interface Subject {
  model: NamedSpec
  recipe?: RecipeRecord
}

/** A path that exists is a file, whatever it is called; everything else is an expert's id. */
async function modelOf(
  node: SoupNode,
  invocation: Invocation,
  options: ProgressOptions
): Promise<Subject> {
  const text = invocation.arg(0, 'model')
  const path = invocation.path(text)
  const isFile = await stat(path).then(
    () => true,
    () => /[/.]/.test(text)
  )
  if (isFile && path.endsWith('.json')) return await recipeModel(node, path, invocation, options)
  refuseRecipeOptions(invocation)
  if (isFile) return { model: { kind: 'named', name: path, model: { kind: 'file', path } } }
  const expert = await findExpert(node, text, options)
  const model = await expertModel(node, expert, options)
  return { model: { kind: 'named', name: `expert ${expert.id}`, model } }
}

async function recipeModel(
  node: SoupNode,
  path: string,
  invocation: Invocation,
  options: ProgressOptions
): Promise<Subject> {
  const recipe = await readParsed(path, MAX_RECIPE_LENGTH, parseRecipe)
  const files = await fisherFiles(invocation, options)
  refuseUnusedFisher(recipe, files)
  const model = await soupModel(node, recipe, {
    ...options,
    fisherFiles: pathsByHash(files),
    anyTokenizer: invocation.flag('any-tokenizer')
  })
  return { model: { kind: 'named', name: path, model }, recipe }
}

function refuseRecipeOptions(invocation: Invocation): void {
  const name = invocation.flag('any-tokenizer') ? 'any-tokenizer' : 'fisher'
  if (name === 'fisher' && invocation.list('fisher').length === 0) return
  throw new UsageError(`Option --${name} goes with a recipe file`)
}
