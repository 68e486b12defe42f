import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSession } from '@soup/inference'
import { frameModel, parseGraph } from '@soup/onnx'
import { openModel, readTensor } from '@soup/tensor'
import t from 'tap'
import { hashes, writeAdapter, writeFolder, writeOnnx } from '../folders.ts'
import { addBase, publish, repo } from '../run-cli.ts'

/** What `soup` says. */
interface Soup {
  files: string[]
  sha256: string
}

const at = await repo(t)
const path = (...names: string[]) => join(at.folder, ...names)
for (const [step, name] of ['base', 'fast', 'safe'].entries()) {
  await writeOnnx(path(`${name}.onnx`), step)
}
const base = await addBase(at, 'base.onnx', '--share')
const [fast, safe] = [await publish(at, 'fast.onnx', base), await publish(at, 'safe.onnx', base)]

/** What ONNX Runtime computes. */
async function run(file: string): Promise<number[]> {
  const session = await createSession(await readFile(path(file)))
  session.inputs.get('x')!.set([1, -2, 0.5])
  await session.run()
  const y = [...session.outputs.get('y')!]
  await session.close()
  return y
}

t.test('an ONNX file is checked out as the same file', async t => {
  const { files } = await at.json<Soup>('checkout', fast, '--out', 'again')
  t.same(files, ['fast.onnx'])
  t.same(await hashes(path('again')), await hashes(path(), ['fast.onnx']))
})

t.test('a soup of ONNX files is one that ONNX Runtime loads', async t => {
  const made = await at.json<Soup>('soup', `${fast}=0.25`, `${safe}=0.75`, '--out', 'soup')
  t.same(made.files, ['base.onnx'])
  const [a, b, y] = [await run('fast.onnx'), await run('safe.onnx'), await run('soup/base.onnx')]
  t.ok(y.every((v, i) => Math.abs(v - 0.25 * a[i]! - 0.75 * b[i]!) < 1e-5))
  const again = await at.json<Soup>('soup', '--recipe', 'soup/recipe.json', '--out', 'rebuilt')
  t.equal(again.sha256, made.sha256)
  t.same(await hashes(path('rebuilt')), await hashes(path('soup')))
})

t.test('an expert whose graph differs is refused, as is what ONNX files cannot be', async t => {
  await writeOnnx(path('other.onnx'), 1, 'Mul')
  t.match(await at.fails('publish', 'other.onnx', '--base', base, '--reward', 'r'), {
    code: 1,
    error: { code: 'GRAPH_DIFFERS', message: /graph\.node 1, "Add"/ }
  })
  await writeFolder(path('folder'))
  await writeAdapter(path('adapter'), 1)
  for (const name of ['folder', 'folder/model.safetensors', 'adapter']) {
    t.match(await at.fails('publish', name, '--base', base, '--reward', 'r'), {
      code: 1,
      error: { code: 'GRAPH_DIFFERS', message: /it has no graph/ }
    })
  }
  const mix = ['soup', `${fast}=1`, '--out', 'never']
  t.match(await at.fails(...mix, '--dtype', 'BF16'), { code: 1, error: { code: 'GRAPH_DTYPE' } })
  t.match(await at.fails(...mix, '--shard-size', '1MB'), { error: { code: 'LAYOUT_MISMATCH' } })
})

/** Writes an ONNX file whose weights lie in `data/<fileName>.data` beside it. */
async function writeExternal(fileName: string, step: number): Promise<void> {
  const model = await openModel(await writeOnnx(path(fileName), step))
  const location = `data/${fileName}.data`
  const offsets = new Map<string, number>()
  const weights: Uint8Array[] = []
  let end = 0
  for (const [name, { sizeBytes }] of model.tensors) {
    weights.push(await readTensor(model, name))
    offsets.set(name, end)
    end += sizeBytes
  }
  const graph = parseGraph(fileName, await model.files.get(fileName)!.read())
  await model.close()
  const { fixed } = frameModel(graph, ({ name }) => ({
    ...{ kind: 'external', location, offset: offsets.get(name)! }
  }))
  await mkdir(path('data'), { recursive: true })
  await writeFile(path(location), Buffer.concat(weights))
  await writeFile(path(fileName), Buffer.concat(fixed.map(({ bytes }) => bytes)))
}

t.test('a base whose weights beside the file were written to since is refused', async t => {
  await writeExternal('outside.onnx', 3)
  await writeExternal('tuned.onnx', 4)
  const outside = await addBase(at, 'outside.onnx')
  const tuned = await publish(at, 'tuned.onnx', outside)
  await at.json('soup', `${tuned}=1`, '--out', 'mixed')
  await writeFile(
    path('data', 'outside.onnx.data'),
    await readFile(path('data', 'tuned.onnx.data'))
  )
  t.match(await at.fails('soup', `${tuned}=1`, '--out', 'never'), {
    code: 1,
    error: {
      code: 'BASE_CHANGED',
      message: /outside\.onnx \(its data\/outside\.onnx\.data\) changed/
    }
  })
})
