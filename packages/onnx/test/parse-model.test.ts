import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import t from 'tap'
import {
  type Attribute,
  buildModel,
  MAX_MODEL_BYTES,
  OnnxError,
  type OnnxModel,
  parseModel,
  type TensorType,
  tensorTypes
} from '../src/index.ts'
import { field, integer, scale } from './fixtures.ts'

const vector = () => readFile(new URL('vectors/scale.onnx', import.meta.url))

/** A model of one graph with the given fields. */
const withGraph = (...fields: Uint8Array[]) =>
  Buffer.concat([integer(1, 9), field(7, ...fields), field(8, integer(2, 20))])

t.test('parseModel() reads what the official onnx package wrote', async t => {
  t.same(parseModel(await vector()), scale)
})

t.test('parseModel() gives initializer data as views into the file', async t => {
  const bytes = await vector()
  for (const { data } of parseModel(bytes).initializers) t.equal(data.buffer, bytes.buffer)
})

t.test('parseModel() gives back every model that buildModel() takes', async t => {
  fc.assert(
    fc.property(models(), model => {
      t.same(parseModel(buildModel(model)), model)
    }),
    { numRuns: 50 }
  )
})

t.test(
  'parseModel() reads packed lists of numbers and passes over what only describes',
  async t => {
    const perm = field(5, field(1, 'perm'), field(8, Buffer.from([1, 0])), integer(20, 7))
    const node = field(1, field(1, ''), field(2, 'y'), field(3, 'a name'), field(4, 'Op'), perm)
    const model = parseModel(
      Buffer.concat([
        withGraph(node, field(2, 'g'), field(10, 'doc'), field(13, 'value info')),
        field(2, 'a producer')
      ])
    )
    t.same(model.nodes, [
      {
        op: 'Op',
        inputs: [''],
        outputs: ['y'],
        attributes: [{ name: 'perm', type: 'ints', value: [1, 0] }]
      }
    ])
  }
)

t.test('parseModel() refuses a file that is cut off anywhere', async t => {
  const bytes = await vector()
  for (let length = 0; length < bytes.length; length++) {
    t.throws(() => parseModel(bytes.subarray(0, length)), { code: 'ONNX_MALFORMED' }, `${length}`)
  }
})

t.test('parseModel() of any damaged file either reads it or throws OnnxError', async () => {
  const bytes = await vector()
  const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), damage), change => {
      const file = change instanceof Uint8Array ? change : Uint8Array.from(bytes)
      if (!(change instanceof Uint8Array)) for (const [at, byte] of change) file[at] = byte
      try {
        parseModel(file)
        return true
      } catch (error) {
        return error instanceof OnnxError
      }
    }),
    { numRuns: 5000 }
  )
})

t.test(
  'parseModel() refuses what a model must not have, and what it must have and has not',
  async t => {
    const cases: [Uint8Array, string, RegExp][] = [
      [Buffer.concat([withGraph(), field(25, '')]), 'ONNX_UNSUPPORTED', /model: has functions/],
      [Buffer.concat([withGraph(), field(20, '')]), 'ONNX_UNSUPPORTED', /model: has trainingInfo/],
      [Buffer.concat([integer(1, 9), withGraph()]), 'ONNX_MALFORMED', /irVersion: comes 2 times/],
      [Buffer.concat([integer(1, 9), field(7)]), 'ONNX_MALFORMED', /opsetImport: is missing/],
      [
        Buffer.concat([integer(1, 9), field(8, integer(2, 20))]),
        'ONNX_MALFORMED',
        /graph: is missing/
      ],
      [
        withGraph(field(1, field(1, 'x'), field(4, 'Op'))),
        'ONNX_MALFORMED',
        /Op reads x, which nothing/
      ],
      [new Uint8Array(MAX_MODEL_BYTES + 1), 'ONNX_LIMIT', /at most 268435456/]
    ]
    for (const [bytes, code, message] of cases) {
      t.throws(() => parseModel(bytes), { code, message }, `${message}`)
    }
  }
)

function models(): fc.Arbitrary<OnnxModel> {
  const types = Object.keys(tensorTypes) as TensorType[]
  const shape = fc.array(fc.nat(3), { maxLength: 3 })
  const initializer = fc
    .tuple(fc.constantFrom(...types), shape, fc.integer())
    .map(([type, sizes, seed]) => {
      const length = sizes.reduce((a, b) => a * b, tensorTypes[type].sizeBytes)
      return { type, shape: sizes, data: Uint8Array.from({ length }, (_, i) => seed + i) }
    })
  const value = fc.record({
    type: fc.constantFrom(...types),
    shape: fc.array(fc.oneof(fc.nat(), fc.string({ minLength: 1 })), { maxLength: 3 })
  })
  const attribute: fc.Arbitrary<Attribute> = fc.oneof(
    fc.record({ name: fc.string(), type: fc.constant('float'), value: fc.float() }),
    fc.record({ name: fc.string(), type: fc.constant('int'), value: fc.maxSafeInteger() }),
    fc.record({ name: fc.string(), type: fc.constant('string'), value: fc.string() }),
    fc.record({ name: fc.string(), type: fc.constant('floats'), value: fc.array(fc.float()) }),
    fc.record({
      name: fc.string(),
      type: fc.constant('ints'),
      value: fc.array(fc.maxSafeInteger())
    })
  )
  return fc
    .record({
      name: fc.string(),
      versions: fc.tuple(fc.integer({ min: 1 }), fc.integer({ min: 1 })),
      inputs: fc.array(value, { maxLength: 3 }),
      initializers: fc.array(initializer, { maxLength: 3 }),
      attributes: fc.array(fc.array(attribute, { minLength: 1, maxLength: 3 }), { maxLength: 4 })
    })
    .map(parts => assemble(parts))
}

/** Chains nodes so that each reads what the one before made. */
function assemble(parts: {
  name: string
  versions: [number, number]
  inputs: Omit<OnnxModel['inputs'][number], 'name'>[]
  initializers: Omit<OnnxModel['initializers'][number], 'name'>[]
  attributes: Attribute[][]
}): OnnxModel {
  const inputs = [{ type: 'float32', shape: [] } as const, ...parts.inputs]
  return {
    name: parts.name,
    irVersion: parts.versions[0],
    opset: parts.versions[1],
    inputs: inputs.map((input, i) => ({ name: `in ${i}`, ...input })),
    outputs: [
      {
        name: parts.attributes.length ? `v${parts.attributes.length - 1}` : 'in 0',
        type: 'bool',
        shape: []
      }
    ],
    initializers: parts.initializers.map((tensor, i) => ({ name: `c ${i}`, ...tensor })),
    nodes: parts.attributes.map((attributes, i) => ({
      op: 'Op',
      inputs: [i === 0 ? 'in 0' : `v${i - 1}`, ''],
      outputs: [`v${i}`],
      attributes
    }))
  }
}
