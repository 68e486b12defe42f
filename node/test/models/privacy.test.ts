import { join } from 'node:path'
import { openModel, readFloats } from '@soup/tensor'
import t from 'tap'
import { hashes, writeAdapter, writeFolder } from '../folders.ts'
import { addBase, repo } from '../run-cli.ts'

/** What `publish` says. */
interface Published {
  id: string
  privacy: { clip: number; noise: number }
}

const at = await repo(t)
const path = (...names: string[]) => join(at.folder, ...names)
await writeFolder(path('base'))
await writeFolder(path('tuned'), { step: 1 })
const base = await addBase(at, 'base')
const WHOLE = ['publish', 'tuned', '--base', base, '--reward', 'r']

/** How far the weights of a folder are from the base's, one by one. */
async function change(folder: string): Promise<number[]> {
  const [from, to] = [await openModel(path('base')), await openModel(path(folder))]
  const values: number[] = []
  for (const name of from.tensors.keys()) {
    const [a, b] = [await readFloats(from, name), await readFloats(to, name)]
    values.push(...b.map((x, i) => x - a[i]!))
  }
  await Promise.all([from.close(), to.close()])
  return values
}

t.test('--dp-clip scales the change down, and the record says so', async t => {
  const { id, privacy } = await at.json<Published>(...WHOLE, '--dp-clip', '0.5', '--dp-noise', '0')
  t.same(privacy, { clip: 0.5, noise: 0 })
  t.match(await at.json('show', id), { record: { privacy: { clip: 0.5, noise: 0 } } })
  await at.json('checkout', id, '--out', 'clipped')
  t.ok(Math.abs(Math.hypot(...(await change('clipped'))) - 0.5) < 1e-5)
  const names = ['config.json', 'tokenizer.json']
  t.same(await hashes(path('clipped'), names), await hashes(path('tuned'), names))
})

t.test('--dp-noise adds other noise each time, of the deviation that it says', async t => {
  const argv = [...WHOLE, '--dp-clip', '0.5', '--dp-noise', '2']
  const published = [await at.json<Published>(...argv), await at.json<Published>(...argv)]
  const changes = []
  for (const [i, { id }] of published.entries()) {
    await at.json('checkout', id, '--out', `noisy-${i}`)
    changes.push(await change(`noisy-${i}`))
  }
  t.not(published[0]!.id, published[1]!.id)
  t.not(changes[0]!.join(), changes[1]!.join())
  const deviation = Math.hypot(...changes[0]!) / Math.sqrt(changes[0]!.length)
  t.ok(deviation > 0.75 && deviation < 1.25, `${deviation}: σC = 1, of 232 numbers`)
})

t.test('a person is told what the noise promises', async t => {
  const { stdout } = await at.run(...WHOLE, '--dp-clip', '0.5', '--dp-noise', '2')
  t.match(stdout, /ε/)
  const { stdout: none } = await at.run(...WHOLE, '--dp-clip', '0.5', '--dp-noise', '0')
  t.match(none, /no |nothing/)
})

t.test('noise goes with lossy codecs', async t => {
  const argv = [...WHOLE, '--dp-clip', '0.5', '--dp-noise', '2', '--codec', 'int8']
  t.match(await at.json(...argv), {
    codec: 'int8',
    privacy: { noise: 2 },
    loss: { cosine: Number }
  })
})

t.test('noise goes with an expert that unties the head of a tied base', async t => {
  await writeFolder(path('untied'), { step: 1, isUntied: true })
  const argv = ['publish', 'untied', '--base', base, '--reward', 'r']
  const { id } = await at.json<Published>(...argv, '--dp-clip', '0.5', '--dp-noise', '2')
  await at.json('checkout', id, '--out', 'untied-noisy')
  const model = await openModel(path('untied-noisy'))
  t.ok(model.tensors.has('lm_head.weight'))
  await model.close()
})

t.test('what takes no noise is refused, and nothing is kept of it', async t => {
  await writeAdapter(path('adapter'), 1)
  await writeFolder(path('i0'), { positions: [0, 1] })
  await writeFolder(path('i1'), { step: 1, positions: [0, 2] })
  const ints = await addBase(at, 'i0')
  const before = await at.json<[]>('experts')
  const noise = ['--reward', 'r', '--dp-clip', '1', '--dp-noise', '1']
  t.match(await at.fails('publish', 'adapter', '--base', base, ...noise), {
    code: 2,
    error: { code: 'CODEC_UNFIT', message: /is an adapter: noise/ }
  })
  t.match(await at.fails('publish', 'i1', '--base', ints, ...noise), {
    code: 1,
    error: { code: 'PRIVACY_REFUSED', message: /model\.positions/ }
  })
  t.same(await at.json<[]>('experts'), before)
})
