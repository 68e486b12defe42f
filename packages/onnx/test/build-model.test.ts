import { readFile } from 'node:fs/promises'
import t from 'tap'
import { buildModel, type OnnxModel } from '../src/index.ts'
import { constant, scale } from './fixtures.ts'

t.test('buildModel() writes the bytes that the official onnx package writes', async t => {
  const official = await readFile(new URL('vectors/scale.onnx', import.meta.url))
  t.same(Buffer.from(buildModel(scale)), official)
})

t.test('buildModel() refuses a model that contradicts itself', async t => {
  const flaws: [string, Partial<OnnxModel>, RegExp][] = [
    [
      'data too short',
      { initializers: [constant('weight', [2, 3], [1])] },
      /needs 24 bytes.*has 4/
    ],
    ['a name twice', { initializers: [constant('x', [], [1])] }, /name x is given twice/],
    ['a value nobody makes', { initializers: [] }, /node MatMul reads weight, which nothing/],
    ['nodes out of order', { nodes: scale.nodes.toReversed() }, /reads low, which nothing before/],
    ['an output nobody makes', { nodes: [] }, /nothing makes the output y/],
    [
      'a negative size',
      { inputs: [{ name: 'x', type: 'float32', shape: [-1] }] },
      /dimension of -1/
    ],
    ['no opset', { opset: 0 }, /version 0/]
  ]
  for (const [title, change, message] of flaws) {
    t.throws(() => buildModel({ ...scale, ...change }), { name: 'RangeError', message }, title)
  }
})
