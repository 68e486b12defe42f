import { readFile } from 'node:fs/promises'
import t from 'tap'
import {
  buildModel,
  MAX_DECODED_BYTES,
  MAX_GRAPH_BYTES,
  MAX_PROTOBUF_BYTES,
  OnnxError,
  parseGraph,
  scanModel
} from '../src/index.ts'
import {
  damaged,
  externalData,
  field,
  initializer,
  integer,
  model,
  scale,
  source
} from './fixtures.ts'

const vector = (name: string) => readFile(new URL(`vectors/${name}`, import.meta.url))
const scan = (bytes: Uint8Array) => scanModel(source(bytes))
const malformed = (message: RegExp) => ({ code: 'ONNX_MALFORMED', message })

/** The bytes of every initializer, as hex. */
async function contents(name: string): Promise<Record<string, string>> {
  const file = await vector(name)
  const { initializers } = await scan(file)
  const list: Record<string, string> = {}
  for (const { data, sizeBytes, type } of initializers.values()) {
    const from = data.kind === 'external' ? await vector(data.location) : file
    const bytes =
      data.kind === 'decoded' ? data.bytes : from.subarray(data.offset, data.offset + sizeBytes)
    list[type] = Buffer.from(bytes).toString('hex')
  }
  return list
}

t.test('scanModel() finds the same bytes wherever the official package puts them', async t => {
  const raw = await contents('raw.onnx')
  t.match(raw, { FLOAT: '000000000000803f00004040000080bf', INT8: '000103ff', FLOAT4E2M1: '20a5' })
  t.equal(Object.keys(raw).length, 20)
  t.same(await contents('typed.onnx'), raw)
  t.same(await contents('external.onnx'), raw)
})

t.test('scanModel() gives one graph for weights in raw_data and in typed fields', async t => {
  const [raw, typed] = await Promise.all([vector('raw.onnx'), vector('typed.onnx')])
  t.same((await scan(typed)).graph, (await scan(raw)).graph)
})

t.test('scanModel() gives one graph for models that differ in their weights alone', async t => {
  const bytes = buildModel(scale)
  const [weight, ...others] = scale.initializers
  const tuned = { ...weight!, data: Uint8Array.from(weight!.data, byte => byte ^ 1) }
  const other = buildModel({ ...scale, initializers: [tuned, ...others] })
  t.same((await scan(other)).graph, (await scan(bytes)).graph)
  t.match(
    [...(await scan(bytes)).initializers.values()],
    [
      { name: 'weight', type: 'FLOAT', shape: [2, 3], sizeBytes: 24, data: { kind: 'inline' } },
      { name: 'shift', shape: [], sizeBytes: 4, data: { kind: 'inline' } }
    ]
  )
})

t.test('scanModel() reads next to nothing of large initializers', async t => {
  const large = (name: string) =>
    field(
      5,
      integer(1, 5_000_000),
      integer(2, 2),
      field(8, name),
      field(9, Buffer.alloc(5_000_000))
    )
  const file = source(model(large('a'), large('b')))
  const { initializers, graph } = await scanModel(file)
  t.equal(initializers.size, 2)
  t.ok(graph.length < 100)
  t.ok(file.bytesRead < 100_000, `${file.bytesRead} bytes read`)
})

t.test('scanModel() takes initializers without elements, with and without data', async t => {
  const empty = (...data: Uint8Array[]) =>
    model(field(5, integer(1, 0), integer(2, 6), field(8, 'e'), ...data))
  for (const bytes of [empty(), empty(field(9, '')), empty(field(5, ''))]) {
    t.match([...(await scan(bytes)).initializers.values()], [{ shape: [0], sizeBytes: 0 }])
  }
})

t.test('scanModel() refuses data that are missing, doubled or of another size', async t => {
  const cases: [Uint8Array, RegExp][] = [
    [initializer(), /initializer "w": takes 4 bytes, has none/],
    [initializer(field(9, 'abc')), /takes 4 bytes, raw_data has 3/],
    [initializer(field(9, 'abcd'), field(9, 'abcd')), /raw_data is no string of bytes, or not/],
    [initializer(field(9, 'abcd'), field(4, 'abcd')), /raw_data is no string of bytes, or not/],
    [initializer(integer(9, 1)), /raw_data is no string of bytes/],
    [initializer(field(4, 'abcd'), field(9, 'abcd')), /its numbers, FLOAT, are not in floatData/],
    [initializer(field(5, 'abcd')), /its numbers, FLOAT, are not in floatData alone/],
    [initializer(field(4, 'abcdefgh')), /floatData: 8 bytes, 4 are left/],
    [initializer(integer(14, 1)), /lies in another file, which is not named/],
    [initializer(field(9, 'abcd'), externalData({ location: 'f' })), /in the model and in another/],
    [initializer(externalData({ location: 'f', length: '5' })), /takes 4 bytes, f has 5/],
    [initializer(externalData({ location: '../f' })), /"..\/f" is no path inside/]
  ]
  for (const [tensor, message] of cases) await t.rejects(scan(model(tensor)), malformed(message))
})

t.test('scanModel() stops at its limits before it reads or allocates more', async t => {
  const long = { ...source(new Uint8Array(0)), sizeBytes: MAX_PROTOBUF_BYTES + 1 }
  await t.rejects(scanModel(long), {
    code: 'ONNX_LIMIT',
    message: /m.onnx: 2147483648 bytes, protobuf allows 2147483647; save it with external data/
  })
  const file = source(model(field(1, Buffer.alloc(MAX_GRAPH_BYTES))))
  await t.rejects(scanModel(file), { code: 'ONNX_LIMIT', message: /part 0 of the graph, node/ })
  t.ok(file.bytesRead < 100_000)
  const count = MAX_DECODED_BYTES / 8 + 1
  const integers = field(5, integer(1, count), integer(2, 7), field(8, 'i'), field(7, 'x'))
  await t.rejects(scan(model(integers)), {
    code: 'ONNX_LIMIT',
    message: /initializer "i": more than 67108864 bytes of numbers are not in raw_data/
  })
})

t.test('scanModel() refuses a file that is cut off anywhere', async t => {
  const bytes = await vector('raw.onnx')
  for (let length = 0; length < bytes.length - 1; length++) {
    // Without its last field, the operator set, the file is a model still.
    const cut = bytes.subarray(0, length)
    await scan(cut).then(
      ({ initializers }) => t.equal(initializers.size, 20, `${length}`),
      error => t.match(error, { code: 'ONNX_MALFORMED' }, `${length}`)
    )
  }
})

t.test('scanModel() of any damaged file either reads it or throws OnnxError', async t => {
  let read = 0
  for (const name of ['raw.onnx', 'typed.onnx', 'external.onnx', 'scale.onnx']) {
    for (const file of damaged(await vector(name), 1500)) {
      try {
        const { graph, initializers } = await scan(file)
        parseGraph(name, graph)
        for (const { data, sizeBytes } of initializers.values()) {
          if (data.kind === 'inline' && data.offset + sizeBytes > file.length) t.fail('out of file')
        }
        read++
      } catch (error) {
        if (!(error instanceof OnnxError)) throw error
      }
    }
  }
  t.ok(read > 500, `${read} damaged files are models still`)
})

t.test('an abort reason passes through untouched', async t => {
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  await t.rejects(scanModel(source(await vector('raw.onnx')), { signal }), reason)
})
