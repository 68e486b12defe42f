import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseModel } from '@soup/onnx'
import t from 'tap'
import { memoryCheckpoint } from '../../src/memory-checkpoint.ts'
import { openOnnx } from '../../src/onnx/open-onnx.ts'
import { planOnnx } from '../../src/onnx/plan-onnx.ts'
import { readTensor } from '../../src/read-tensor.ts'
import { writeCheckpoint } from '../../src/write/write-checkpoint.ts'
import { adding, field, floats, graphOf, integer, vector } from './fixtures.ts'

const module = new URL('./opening.ts', import.meta.url).href
const graphFile = (path: string) =>
  openOnnx(path).then(async model => {
    const [graph] = model.files.values()
    await model.close()
    return await graph!.read()
  })

/** A graph of U8 initializers, with or without the mark of those that lie in another file. */
const graphOfSizes = (sizes: Record<string, number>, ...marks: Uint8Array[]) =>
  field(
    7,
    ...Object.entries(sizes).map(([name, size]) =>
      field(5, integer(1, size), integer(2, 2), field(8, name), ...marks)
    )
  )
const ofSizes = (sizes: Record<string, number>) => ({
  name: 'soup',
  tensors: new Map(
    Object.entries(sizes).map(([name, size]) => [
      name,
      { name, dtype: 'U8', shape: [size], sizeBytes: size }
    ])
  )
})
const EXTERNAL = integer(14, 1)

for (const name of ['raw.onnx', 'typed.onnx', 'external.onnx']) {
  t.test(`the tensors and the graph of ${name} make the same model again`, async t => {
    const folder = t.testdir()
    const graph = await graphFile(vector(name))
    await writeCheckpoint({ module, input: vector(name) }, folder, checkpoint =>
      planOnnx(graph, checkpoint, 'out.onnx')
    )
    const isExternal = name === 'external.onnx'
    t.same(readdirSync(folder), isExternal ? ['out.onnx', 'out.onnx.data'] : ['out.onnx'])
    const [before, after] = [await openOnnx(vector(name)), await openOnnx(join(folder, 'out.onnx'))]
    t.teardown(() => Promise.all([before.close(), after.close()]))
    t.same([...after.tensors], [...before.tensors])
    for (const tensor of before.tensors.keys()) {
      t.same(await readTensor(after, tensor), await readTensor(before, tensor))
    }
    t.same(await after.files.get('out.onnx')!.read(), graph)
  })
}

t.test('a model with its data inside becomes a plain file that strict readers take', async t => {
  const model = adding(floats('w', 1, 2), floats('v', 3))
  const checkpoint = memoryCheckpoint({
    tensors: [
      { name: 'v', dtype: 'F32', shape: [1], data: Float32Array.of(9) },
      { name: 'w', dtype: 'F32', shape: [2], data: Float32Array.of(7, 8) }
    ]
  })
  const [plan, ...others] = planOnnx(await graphOf(model), checkpoint, 'm.onnx')
  t.same(others, [])
  const file = Buffer.alloc(plan!.sizeBytes)
  for (const { position, bytes } of plan!.fixed) file.set(bytes, position)
  for (const [name, position] of plan!.positions) {
    file.set(await readTensor(checkpoint, name), position)
  }
  t.same(parseModel(file), adding(floats('w', 7, 8), floats('v', 9)))
})

t.test('tensors beside the model begin at pages; those without bytes are nowhere', async t => {
  const sizes = { a: 5000, e: 0, b: 1 }
  const [file, data] = planOnnx(graphOfSizes(sizes, EXTERNAL), ofSizes(sizes), 'm.onnx')
  t.same(data, {
    fileName: 'm.onnx.data',
    sizeBytes: 8193,
    fixed: [],
    positions: new Map([
      ['a', 0],
      ['b', 8192]
    ])
  })
  t.same([...file!.positions], [['e', 0]])
  const text = Buffer.from(file!.fixed[0]!.bytes).toString('latin1')
  t.match(text, /location.*m\.onnx\.data.*offset.*0.*length.*5000/s)
  t.match(text, /offset.*8192.*length.*1/s)
})

t.test('what protobuf can not hold goes beside the model, but for what is small', async t => {
  const sizes = { large: 2 ** 31, small: 1023, page: 1024 }
  const [file, data] = planOnnx(graphOfSizes(sizes), ofSizes(sizes), 'm.onnx')
  t.ok(file!.sizeBytes < 2000)
  t.same([...file!.positions.keys()], ['small'])
  t.same(
    [...data!.positions],
    [
      ['large', 0],
      ['page', 2 ** 31]
    ]
  )
})

t.test('planOnnx() refuses another dtype, and names it and the way out', async t => {
  const graph = await graphOf(adding(floats('w', 1)))
  const checkpoint = memoryCheckpoint({
    name: 'soup',
    tensors: [{ name: 'w', dtype: 'BF16', shape: [1], data: Uint16Array.of(0) }]
  })
  t.throws(() => planOnnx(graph, checkpoint, 'm.onnx'), {
    code: 'GRAPH_DTYPE',
    message: /^soup: tensor "w" is BF16, but the graph of m\.onnx computes with F32: keep the/,
    details: { tensor: 'w', dtype: 'BF16', expected: 'F32' }
  })
})

t.test('planOnnx() refuses tensors that are not the initializers of the graph', async t => {
  const graph = graphOfSizes({ a: 1, b: 2 })
  const cases: [Record<string, number>, RegExp][] = [
    [{ a: 1 }, /soup doesn't fit the graph of m\.onnx: tensor "b" is missing/],
    [{ a: 1, b: 2, c: 3 }, /tensor "c" is new/],
    [{ a: 1, b: 3 }, /tensor "b" is U8\[3\], expected U8\[2\]/]
  ]
  for (const [sizes, message] of cases) {
    t.throws(() => planOnnx(graph, ofSizes(sizes), 'm.onnx'), { code: 'GRAPH_DIFFERS', message })
  }
})

t.test('a graph that a peer made up is refused before anything is planned', async t => {
  const file = field(13, field(1, 'location'), field(2, '/etc/passwd'))
  for (const odd of [
    graphOfSizes({ a: 1 }, file, EXTERNAL),
    graphOfSizes({ a: 1 }, field(9, 'x'))
  ]) {
    t.throws(() => planOnnx(odd, ofSizes({ a: 1 }), 'm.onnx'), { code: 'ONNX_MALFORMED' })
  }
  t.throws(() => planOnnx(Buffer.from('graph'), ofSizes({}), 'm.onnx'), { code: 'ONNX_MALFORMED' })
  const int4 = field(7, field(5, integer(1, 2), integer(2, 22), field(8, 'a')))
  t.throws(() => planOnnx(int4, ofSizes({ a: 1 }), 'm.onnx'), { code: 'GRAPH_DTYPE' })
})

t.test('planned sizes are those of the files', async t => {
  const folder = t.testdir()
  const graph = await graphFile(vector('external.onnx'))
  const sizes: number[] = []
  await writeCheckpoint({ module, input: vector('external.onnx') }, folder, checkpoint => {
    const plan = planOnnx(graph, checkpoint, 'o.onnx')
    sizes.push(...plan.map(({ sizeBytes }) => sizeBytes))
    return plan
  })
  t.same([statSync(join(folder, 'o.onnx')).size, statSync(join(folder, 'o.onnx.data')).size], sizes)
  t.ok(readFileSync(join(folder, 'o.onnx')).includes('o.onnx.data'))
})
