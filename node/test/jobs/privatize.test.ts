import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readFloats } from '@soup/tensor'
import t, { type Test } from 'tap'
import { withModel } from '../../src/jobs/model.ts'
import { privatizeJob } from '../../src/jobs/privatize.ts'
import { writeAdapter, writeFolder } from '../folders.ts'

const file = (path: string) => ({ kind: 'file', path }) as const

async function pair(t: Test) {
  const folder = t.testdir({})
  const base = file(await writeFolder(join(folder, 'base')))
  const expert = file(await writeFolder(join(folder, 'expert'), { step: 1 }))
  return { folder, base, expert, path: join(folder, 'noisy') }
}

t.test('privatize keeps the form and the files of the expert, and clips its change', async t => {
  const { base, expert, path } = await pair(t)
  await privatizeJob({ base, expert, path, clip: 0.25, noise: 0 }, {})
  await withModel({ kind: 'packed', path }, async noisy => {
    t.match(noisy.layout, { kind: 'folder' })
    t.ok(noisy.files.has('tokenizer.json'))
    await withModel(base, async from => {
      const change: number[] = []
      for (const name of from.tensors.keys()) {
        const before = await readFloats(from, name)
        change.push(...(await readFloats(noisy, name)).map((x, i) => x - before[i]!))
      }
      t.ok(Math.abs(Math.hypot(...change) - 0.25) < 1e-5)
    })
  })
})

t.test('privatize takes tied weights as encoding does', async t => {
  const { folder, base } = await pair(t)
  const untied = file(await writeFolder(join(folder, 'untied'), { step: 1, isUntied: true }))
  for (const [from, expert] of [
    [base, untied],
    [untied, base]
  ] as const) {
    const path = join(folder, `noisy-${from === base}`)
    await privatizeJob({ base: from, expert, path, clip: 1, noise: 1 }, {})
    await withModel({ kind: 'packed', path }, async noisy => {
      t.ok(noisy.tensors.has('lm_head.weight'))
      const config = Buffer.from(await noisy.files.get('config.json')!.read()).toString()
      t.match(JSON.parse(config), { tie_word_embeddings: false })
    })
  }
})

t.test('what cannot be encoded is refused before anything is read', async t => {
  const { folder, base, expert, path } = await pair(t)
  const foreign = file(await writeFolder(join(folder, 'foreign'), { tokenizer: 'foreign' }))
  const init = { base, path, clip: 1, noise: 1 }
  const options = { onProgress: () => t.fail('it began') }
  await t.rejects(privatizeJob({ ...init, expert, codec: { name: 'lora' } }, options), {
    code: 'CODEC_UNFIT',
    message: /--rank/
  })
  await t.rejects(privatizeJob({ ...init, expert: foreign }, options), {
    code: 'TOKENIZER_DIFFERS'
  })
  t.same((await readdir(folder)).sort(), ['base', 'expert', 'foreign'])
  await privatizeJob({ ...init, expert: foreign, anyTokenizer: true }, {})
})

t.test('privatize draws other noise each time', async t => {
  const { base, expert, path } = await pair(t)
  const norms = []
  for (const each of ['1', '2']) {
    await privatizeJob({ base, expert, path: path + each, clip: 1, noise: 1 }, {})
    const values = await withModel({ kind: 'packed', path: path + each }, model =>
      readFloats(model, 'model.norm.weight')
    )
    norms.push(Math.hypot(...values))
  }
  t.not(norms[0], norms[1])
})

t.test('privatize refuses an adapter and leaves nothing behind', async t => {
  const { folder, base, path } = await pair(t)
  const expert = file(await writeAdapter(join(folder, 'adapter'), 1))
  await t.rejects(privatizeJob({ base, expert, path, clip: 1, noise: 1 }, {}), {
    code: 'CODEC_UNFIT',
    message: /adapter.*merge it/,
    details: { expert: expert.path }
  })
  t.same((await readdir(folder)).sort(), ['adapter', 'base', 'expert'])
})
