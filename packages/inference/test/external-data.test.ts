import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildModel, frameModel, type OnnxModel, parseGraph } from '@soup/onnx'
import { openOnnx, planOnnx, writeCheckpoint } from '@soup/tensor'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import t from 'tap'

const SIZE = 2000

/** y = (x + a) · b, of which `a` is small and `b` large. */
const model: OnnxModel = {
  name: 'add and multiply',
  irVersion: 9,
  opset: 20,
  inputs: [{ name: 'x', type: 'float32', shape: [SIZE] }],
  outputs: [{ name: 'y', type: 'float32', shape: [SIZE] }],
  nodes: [
    { op: 'Add', inputs: ['x', 'a'], outputs: ['sum'] },
    { op: 'Mul', inputs: ['sum', 'b'], outputs: ['y'] }
  ],
  initializers: [
    { name: 'a', type: 'float32', shape: [1], data: new Uint8Array(4) },
    { name: 'b', type: 'float32', shape: [SIZE], data: new Uint8Array(4 * SIZE) }
  ]
}

/** The graph of a model's file. */
async function graphOf(path: string): Promise<Uint8Array> {
  const opened = await openOnnx(path)
  const [graph] = opened.files.values()
  await opened.close()
  return await graph!.read()
}

/** The file of a graph whose initializers lie in `weights/all`, one behind the other. */
function withDataBeside(name: string, graph: Uint8Array): Uint8Array {
  let end = 0
  const { fixed } = frameModel(parseGraph(name, graph), ({ sizeBytes }) => {
    end += sizeBytes
    return { kind: 'external', location: 'weights/all', offset: end - sizeBytes }
  })
  return fixed[0]!.bytes
}

t.test('ONNX Runtime loads a model that is written with its data beside it', async t => {
  const a = Float32Array.of(0.5)
  const b = Float32Array.from({ length: SIZE }, (_, i) => i)
  const folder = t.testdir({
    out: {},
    'inside.onnx': Buffer.from(buildModel(model)),
    weights: { all: Buffer.concat([Buffer.from(a.buffer), Buffer.from(b.buffer)]) }
  })
  const [inside, input, out] = ['inside.onnx', 'm.onnx', 'out'].map(name => join(folder, name))
  writeFileSync(input!, withDataBeside('inside.onnx', await graphOf(inside!)))
  const graph = await graphOf(input!)
  const module = new URL('fixtures/open-onnx.ts', import.meta.url).href
  await writeCheckpoint({ module, input }, out!, checkpoint =>
    planOnnx(graph, checkpoint, 'm.onnx')
  )
  t.same(readdirSync(out!), ['m.onnx', 'm.onnx.data'])
  const session = await InferenceSession.create(join(out!, 'm.onnx'))
  t.teardown(() => session.release())
  const x = Float32Array.from({ length: SIZE }, (_, i) => i % 7)
  const { y } = await session.run({ x: new Tensor('float32', x, [SIZE]) })
  t.same(
    y!.data,
    x.map((value, i) => (value + 0.5) * i)
  )
})
