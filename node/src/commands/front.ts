import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AbortOptions } from '@soup/interface'
import { type ExpertRecord, recipeId, type SignedRecord } from '@soup/manifest'
import { buildFront, type Front, type FrontPoint, frontHtml, frontSvg } from '@soup/pareto'
import { table } from '../cli/format.ts'
import { UsageError } from '../errors.ts'
import type { NamedSpec } from '../jobs/model.ts'
import { findTask } from '../library/find-task.ts'
import { findExpert } from '../library/lookup.ts'
import { type Measured, measure } from '../library/measure.ts'
import { baseModel } from '../library/models.ts'
import { checkFree, intoFolder } from '../library/output.ts'
import { draftRecipe, type RecipeDraft, type SoupOptions, soupModel } from '../library/recipes.ts'
import { simplexGrid } from '../library/simplex-grid.ts'
import type { SoupNode } from '../node.ts'
import { type Command, nodeCommand } from './command.ts'
import type { Invocation } from './invocation.ts'
import { MAX_SEEDS, MAX_WORKERS } from './limits.ts'

/** The paper measures 11 soups along λ. */
const DEFAULT_POINTS = 11

/** More points than a plot can show apart; all of them are open at once while they are measured. */
const MAX_POINTS = 201

/** `front`: measures soups along λ. */
export const front: Command = nodeCommand({
  name: 'front',
  summary: 'measure the soups of two experts along λ; writes front.json, front.svg, front.html',
  args: [{ flags: '<expert...>', summary: 'the two experts to mix' }],
  options: [
    { flags: '--task <task>', summary: 'name of the task (see soup-node tasks)' },
    {
      flags: '--points <n>',
      summary: `how many λ, both ends included (default: ${DEFAULT_POINTS})`
    },
    { flags: '--seeds <n>', summary: "how many fixed seeds per soup (default: the task's)" },
    { flags: '--workers <n>', summary: 'threads to use (default: one per core)' },
    { flags: '--any-tokenizer', summary: "mix experts whose tokenizer is not the base's" },
    { flags: '--out <dir>', summary: 'the folder to make' }
  ],
  examples: ['soup-node front bafyreig... bafyreih... --task locomotion --out ./front'],
  needs: 'repo',
  async run(node, invocation, options) {
    const out = invocation.path(invocation.required('out'))
    await checkFree(out)
    const task = findTask(invocation.required('task'))
    const settings = settingsOf(invocation)
    const experts = await findExperts(node, invocation.args, options)
    const recipes = simplexGrid(settings.points, experts.length).map(lambda =>
      draftRecipe(experts.map((source, i) => ({ source, lambda: lambda[i]! })))
    )
    const base = experts[0]!.record.base
    const anyTokenizer = invocation.flag('any-tokenizer')
    const models = await modelsOf(node, base, recipes, { ...options, anyTokenizer })
    // The folder comes first: one that cannot be made must not show after hours of measuring.
    return await intoFolder(out, async folder => {
      const measured = await measure(node, task, models, { ...settings, ...options })
      const document = buildFront({
        base,
        task: task.name,
        rewards: task.rewards.map(reward => reward.name),
        experts: experts.map(expertOf),
        points: pointsOf(recipes, measured)
      })
      await writeFront(folder, document)
      return { ...document, out }
    })
  },
  render: document => renderFront(document)
})

function settingsOf(invocation: Invocation): {
  points: number
  seeds: number | undefined
  workers: number | undefined
} {
  return {
    points: invocation.integer('points', 2, MAX_POINTS) ?? DEFAULT_POINTS,
    seeds: invocation.integer('seeds', 2, MAX_SEEDS),
    workers: invocation.integer('workers', 1, MAX_WORKERS)
  }
}

async function findExperts(
  node: SoupNode,
  ids: readonly string[],
  options?: AbortOptions
): Promise<SignedRecord<ExpertRecord>[]> {
  const experts = await Promise.all(ids.map(id => findExpert(node, id, options)))
  const distinct = new Set(experts.map(({ id }) => id))
  if (experts.length === 2 && distinct.size === 2) return experts
  throw new UsageError(`A front is drawn between two different experts, got ${distinct.size}`)
}

/** The base, then the soup of each recipe. */
async function modelsOf(
  node: SoupNode,
  base: string,
  recipes: readonly RecipeDraft[],
  options: SoupOptions
): Promise<NamedSpec[]> {
  const start = await baseModel(node, base, options)
  const models: NamedSpec[] = [{ kind: 'named', name: `base ${base}`, model: start }]
  for (const recipe of recipes) {
    const name = `the soup of λ = ${recipe.ingredients.map(({ lambda }) => lambda).join(', ')}`
    models.push({ kind: 'named', name, model: await soupModel(node, recipe, options) })
  }
  return models
}

function expertOf({ id, record }: SignedRecord<ExpertRecord>): Front['experts'][number] {
  const { reward, name } = record
  return { id, reward: reward.name, ...(name === undefined ? {} : { name }) }
}

/** The base comes first, then a point per recipe; the soup of a one-hot λ is that expert. */
function pointsOf(
  recipes: readonly RecipeDraft[],
  [base, ...soups]: readonly Measured[]
): FrontPoint[] {
  const zeros = recipes[0]!.ingredients.map(() => 0)
  const points = recipes.map((recipe, i): FrontPoint => {
    const lambda = recipe.ingredients.map(ingredient => ingredient.lambda!)
    const { rewards, sha256 } = soups[i]!
    const kind = lambda.includes(1) ? 'expert' : 'soup'
    return { lambda, rewards, kind, recipe: recipeId({ ...recipe, sha256 }) }
  })
  return [{ lambda: zeros, rewards: base!.rewards, kind: 'base' }, ...points]
}

async function writeFront(folder: string, document: Front): Promise<void> {
  await writeFile(join(folder, 'front.json'), `${JSON.stringify(document, null, 2)}\n`)
  await writeFile(join(folder, 'front.svg'), frontSvg(document))
  await writeFile(join(folder, 'front.html'), frontHtml(document))
}

function renderFront({ rewards, points, indicators, out }: Front & { out: string }): string {
  const rows = points.map(({ kind, lambda, rewards: measured }) => [
    kind,
    kind === 'base' ? '' : lambda.map(value => value.toFixed(2)).join(' '),
    ...measured.map(({ mean, stderr }) => `${mean.toFixed(1)} ± ${stderr.toFixed(1)}`)
  ])
  const { hypervolume, reference, chordViolations } = indicators
  return [
    table(['', 'λ', ...rewards], rows),
    `hypervolume ${hypervolume?.toFixed(0)} above (${reference.map(r => r.toFixed(1)).join(', ')})`,
    `${chordViolations} soups lie below the chord by more than two standard errors`,
    `Wrote ${out}/front.json, front.svg, front.html`
  ].join('\n')
}
