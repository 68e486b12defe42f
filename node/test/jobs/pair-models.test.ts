import { join } from 'node:path'
import type { Model } from '@soup/tensor'
import t, { type Test } from 'tap'
import { withModel } from '../../src/jobs/model.ts'
import { type PairOptions, pairModels } from '../../src/jobs/pair-models.ts'
import { writeAdapter, writeFolder } from '../folders.ts'

/** Pairs two folders and hands what comes of it to `use`. */
async function paired<T>(
  folders: readonly [string, string],
  options: PairOptions,
  use: (pair: Awaited<ReturnType<typeof pairModels>>, stored: Model) => T
): Promise<T> {
  const [base, expert] = folders.map(path => ({ kind: 'file', path }) as const)
  return await withModel(base!, from =>
    withModel(expert!, async tuned => use(await pairModels(from, tuned, options), from))
  )
}

async function folders(t: Test) {
  const folder = t.testdir({})
  return {
    base: await writeFolder(join(folder, 'base')),
    tuned: await writeFolder(join(folder, 'tuned'), { step: 1 }),
    untied: await writeFolder(join(folder, 'untied'), { step: 1, isUntied: true }),
    foreign: await writeFolder(join(folder, 'foreign'), { tokenizer: 'foreign' }),
    adapter: await writeAdapter(join(folder, 'adapter'), 1)
  }
}

t.test('pairModels() takes the codec that was chosen, or what suits the expert', async t => {
  const { base, tuned, adapter } = await folders(t)
  const codec = (expert: string, options: PairOptions = {}) =>
    paired([base, expert], options, pair => pair.codec)
  t.same(await codec(tuned), { name: 'exact' })
  t.same(await codec(adapter), { name: 'lora' })
  t.same(await codec(tuned, { codec: { name: 'lora', rank: 2 } }), { name: 'lora', rank: 2 })
  for (const [expert, choice, message] of [
    [tuned, { name: 'lora' }, /whole model: say which --rank/],
    [adapter, { name: 'exact' }, /is an adapter, which travels as it is/],
    [adapter, { name: 'lora', rank: 2 }, /leave out --rank/]
  ] as const) {
    await t.rejects(codec(expert, { codec: choice }), { code: 'CODEC_UNFIT', message })
  }
})

t.test('pairModels() shows tied weights where one of both stores them apart', async t => {
  const { base, tuned, untied } = await folders(t)
  for (const both of [
    [base, untied],
    [untied, base]
  ] as const) {
    await paired(both, {}, pair => {
      t.ok(pair.base.tensors.has('lm_head.weight'))
      t.ok(pair.expert.tensors.has('lm_head.weight'))
    })
  }
  await paired([base, tuned], {}, (pair, stored) => t.equal(pair.base, stored, 'nothing to show'))
})

t.test('pairModels() refuses another tokenizer, unless told', async t => {
  const { base, foreign } = await folders(t)
  await t.rejects(
    paired([base, foreign], {}, () => 0),
    { code: 'TOKENIZER_DIFFERS' }
  )
  await paired([base, foreign], { anyTokenizer: true }, pair => t.ok(pair.expert))
})
