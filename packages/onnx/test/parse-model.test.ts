import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import t from 'tap'
import {
  type Attribute,
  buildModel,
  MAX_DIMENSIONS,
  MAX_ELEMENTS,
  MAX_GRAPH_PARTS,
  MAX_MODEL_BYTES,
  MAX_NAME_BYTES,
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

t.test('parseModel() of any damaged file either reads it or throws OnnxError', async t => {
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

t.test('parseModel() refuses by name what it does not read', async t => {
  const tensor = (...fields: Uint8Array[]) => withGraph(field(5, field(8, 'w'), ...fields))
  const node = (...fields: Uint8Array[]) => withGraph(field(1, field(4, 'Op'), ...fields))
  const cases: [Uint8Array, RegExp][] = [
    [Buffer.concat([withGraph(), field(25, '')]), /model: has functions/],
    [Buffer.concat([withGraph(), field(20, '')]), /model: has trainingInfo/],
    [Buffer.concat([withGraph(), field(99, '')]), /model: has a field of unknown number 99/],
    [withGraph(field(15, '')), /graph: has sparseInitializer/],
    [tensor(field(13, '')), /initializer 0: has externalData/],
    [tensor(field(4, '')), /initializer 0: has floatData/],
    [tensor(integer(2, 1), integer(14, 1)), /initializer 0 w: its data lie in another file/],
    [tensor(integer(2, 8)), /initializer 0 w: element type 8/],
    [node(field(5, field(1, 'body'), field(6, ''))), /node 0, attribute: has graph/],
    [node(field(5, field(1, 'value'), integer(20, 4))), /attribute value: attribute type 4/],
    [node(field(7, 'com.microsoft')), /node 0: operators of the domain com.microsoft/],
    [withGraph(field(11, field(1, 'x'), field(2, field(4, '')))), /input 0 x: has sequenceType/],
    [tensor(integer(1, 2 ** 60)), /1152921504606846976 is beyond 2\^53/]
  ]
  for (const [bytes, message] of cases) {
    t.throws(() => parseModel(bytes), { code: 'ONNX_UNSUPPORTED', message }, `${message}`)
  }
})

t.test('parseModel() refuses malformed fields', async t => {
  const cases: [Uint8Array, RegExp][] = [
    [Buffer.from([0x09, 0, 0, 0, 0, 0, 0, 0, 0]), /irVersion: wire type 1 does not fit int/],
    [Buffer.from([0x0b, 0x0b, 0x0b]), /irVersion: wire type 3 does not fit int/],
    [Buffer.from([0x08, ...Array(11).fill(0x80)]), /takes more than 10 bytes/],
    [Buffer.from([0x3a, ...Array(9).fill(0xff), 0x01]), /graph: needs -1 bytes/],
    [Buffer.from([0x3a, 0x7f, 0]), /graph: needs 127 bytes, 1 are left/],
    [Buffer.concat([integer(1, 9), withGraph()]), /irVersion: comes 2 times/],
    [Buffer.concat([integer(1, 9), field(8, integer(2, 20))]), /model, graph: is missing/],
    [withGraph(field(2, Buffer.from([0xff]))), /graph, name: is not UTF-8/],
    [withGraph(field(12, field(1, 'y'))), /output 0 y, type: is missing/],
    [
      withGraph(field(5, field(8, 'w'), integer(1, 3), integer(2, 1), field(9, 'abc'))),
      /w needs 12 bytes for its shape \[3\] of float32, but has 3/
    ]
  ]
  for (const [bytes, message] of cases) {
    t.throws(() => parseModel(bytes), { code: 'ONNX_MALFORMED', message }, `${message}`)
  }
})

t.test('parseModel() stops at its limits', async t => {
  const repeat = (count: number, part: Uint8Array) => Buffer.concat(Array(count).fill(part))
  const cases: [string, Uint8Array][] = [
    ['MAX_MODEL_BYTES', new Uint8Array(MAX_MODEL_BYTES + 1)],
    ['MAX_GRAPH_PARTS', withGraph(repeat(MAX_GRAPH_PARTS + 1, field(13, '')))],
    ['MAX_ELEMENTS', withGraph(field(1, repeat(MAX_ELEMENTS + 1, field(1, ''))))],
    ['MAX_ELEMENTS, packed', withGraph(field(5, field(1, new Uint8Array(MAX_ELEMENTS + 1))))],
    [
      'MAX_DIMENSIONS',
      withGraph(field(5, field(8, 'w'), repeat(MAX_DIMENSIONS + 1, integer(1, 1))))
    ],
    ['MAX_NAME_BYTES', withGraph(field(2, 'n'.repeat(MAX_NAME_BYTES + 1)))]
  ]
  for (const [title, bytes] of cases) {
    t.throws(() => parseModel(bytes), { code: 'ONNX_LIMIT' }, title)
  }
})

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
