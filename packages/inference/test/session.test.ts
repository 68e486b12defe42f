import { buildModel, type OnnxModel } from '@soup/onnx'
import t from 'tap'
import { createSession } from '../src/index.ts'

const double: OnnxModel = {
  name: 'double',
  irVersion: 7,
  opset: 13,
  inputs: [{ name: 'x', type: 'float32', shape: [3] }],
  outputs: [{ name: 'y', type: 'float32', shape: [3] }],
  nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
  initializers: []
}

t.test('run() writes into the same output buffer every time', async t => {
  const session = await createSession(buildModel(double))
  t.teardown(() => session.close())
  const y = session.outputs.get('y')!
  for (const value of [1, -2]) {
    session.inputs.get('x')!.fill(value)
    await session.run()
    t.same([...y], [2 * value, 2 * value, 2 * value])
  }
  t.equal(session.outputs.get('y'), y)
})

t.test('createSession() refuses bytes that are not a model', async t => {
  await t.rejects(createSession(new Uint8Array([1, 2, 3])), { code: 'INFERENCE_MODEL' })
})

t.test('createSession() refuses an operator that ONNX Runtime does not have', async t => {
  const nodes = [{ op: 'NoSuchOperator', inputs: ['x'], outputs: ['y'] }]
  await t.rejects(createSession(buildModel({ ...double, nodes })), {
    code: 'INFERENCE_MODEL',
    message: /NoSuchOperator/
  })
})

t.test('createSession() refuses values that are not float32 of fixed shape', async t => {
  const free = { name: 'x', type: 'float32', shape: ['batch'] } as const
  const int64 = { name: 'x', type: 'int64', shape: [3] } as const
  await t.rejects(createSession(buildModel({ ...double, inputs: [free] })), {
    code: 'INFERENCE_MODEL',
    message: /value x has a free dimension batch/
  })
  const outputs = [{ name: 'y', type: 'int64', shape: [3] } as const]
  await t.rejects(createSession(buildModel({ ...double, inputs: [int64], outputs })), {
    code: 'INFERENCE_MODEL',
    message: /value x is not float32/
  })
})

t.test('run() reports what ONNX Runtime can only see at run time', async t => {
  const inputs = [double.inputs[0]!, { name: 'to', type: 'float32', shape: [1] } as const]
  const nodes = [
    {
      op: 'Cast',
      inputs: ['to'],
      outputs: ['shape'],
      attributes: [{ name: 'to', type: 'int', value: 7 } as const]
    },
    { op: 'Reshape', inputs: ['x', 'shape'], outputs: ['y'] }
  ]
  const session = await createSession(buildModel({ ...double, inputs, nodes }))
  t.teardown(() => session.close())
  session.inputs.get('to')!.fill(5)
  await t.rejects(session.run(), { code: 'INFERENCE_RUN' })
})

t.test('close() works twice, and run() afterwards is the caller’s mistake', async t => {
  const session = await createSession(buildModel(double))
  await session.close()
  await session.close()
  await t.rejects(session.run(), TypeError)
})
