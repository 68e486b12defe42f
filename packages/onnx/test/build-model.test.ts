import { readFile } from 'node:fs/promises'
import t from 'tap'
import { buildModel } from '../src/index.ts'
import { scale } from './fixtures.ts'

t.test('buildModel() writes the bytes that the official onnx package writes', async t => {
  const official = await readFile(new URL('vectors/scale.onnx', import.meta.url))
  t.same(Buffer.from(buildModel(scale)), official)
})

t.test('buildModel() refuses a model that contradicts itself', async t => {
  const message = 'model scale: nothing makes the output y'
  t.throws(() => buildModel({ ...scale, nodes: [] }), { name: 'RangeError', message })
})
