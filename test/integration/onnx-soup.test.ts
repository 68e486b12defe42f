import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSession } from '@soup/inference'
import { buildModel, type Initializer, type OnnxModel } from '@soup/onnx'
import { openOnnx, planOnnx, requireSameGraph, writeCheckpoint } from '@soup/tensor'
import t from 'tap'
import type { OnnxSoup } from './onnx-soup/opening.ts'

const module = new URL('./onnx-soup/opening.ts', import.meta.url).href

const constant = (name: string, shape: number[], values: readonly number[]): Initializer => ({
  name,
  type: 'float32',
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer)
})

/** y = x · W + b, of 3 inputs and 2 outputs. */
function linear(weight: readonly number[], bias: readonly number[]): OnnxModel {
  return {
    name: 'linear',
    irVersion: 9,
    opset: 20,
    inputs: [{ name: 'x', type: 'float32', shape: [1, 3] }],
    outputs: [{ name: 'y', type: 'float32', shape: [1, 2] }],
    nodes: [
      { op: 'MatMul', inputs: ['x', 'W'], outputs: ['product'] },
      { op: 'Add', inputs: ['product', 'b'], outputs: ['y'] }
    ],
    initializers: [constant('W', [3, 2], weight), constant('b', [2], bias)]
  }
}

const X = [1, -2, 0.5]

/** What ONNX Runtime computes of {@link X}. */
async function run(path: string): Promise<number[]> {
  const session = await createSession(readFileSync(path))
  session.inputs.get('x')!.set(X)
  await session.run()
  const y = [...session.outputs.get('y')!]
  await session.close()
  return y
}

t.test('the soup of linear layers computes the λ-sum of what the experts compute', async t => {
  const folder = t.testdir({ out: {} })
  const models = {
    'base.onnx': linear([0, 1, 2, 3, 4, 5], [0, 0]),
    'fast.onnx': linear([1, 1, 2, 2, 4, 4], [1, -1]),
    'safe.onnx': linear([0, 3, -2, 3, 8, 5], [0, 2])
  }
  for (const [name, model] of Object.entries(models)) {
    writeFileSync(join(folder, name), buildModel(model))
  }
  const [base, fast, safe] = Object.keys(models).map(name => join(folder, name))
  const input: OnnxSoup = {
    base: base!,
    experts: [
      { path: fast!, lambda: 0.25 },
      { path: safe!, lambda: 0.75 }
    ]
  }
  const model = await openOnnx(base!)
  t.teardown(() => model.close())
  for (const { path } of input.experts) {
    const expert = await openOnnx(path)
    await requireSameGraph(model, expert)
    await expert.close()
  }
  const graph = await model.files.get('base.onnx')!.read()
  await writeCheckpoint({ module, input }, join(folder, 'out'), checkpoint =>
    planOnnx(graph, checkpoint, 'soup.onnx')
  )
  const [a, b] = [await run(fast!), await run(safe!)]
  t.same(a, [1 - 4 + 2 + 1, 1 - 4 + 2 - 1])
  t.same(
    await run(join(folder, 'out', 'soup.onnx')),
    a.map((y, i) => 0.25 * y + 0.75 * b[i]!)
  )
})
