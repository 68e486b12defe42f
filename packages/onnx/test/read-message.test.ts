import t from 'tap'
import { MAX_NAME_BYTES } from '../src/limits.ts'
import { readMessage, required, single, toText } from '../src/read-message.ts'
import { field, integer } from './fixtures.ts'

const SCHEMA = { a: [1, 'int'], b: [2, 'bytes'], c: [3, 'float'], z: [20, 'refused'] } as const
const read = (...parts: Uint8Array[]) => readMessage(Buffer.concat(parts), SCHEMA, 'thing', 5)

t.test('readMessage() collects the values of each field, packed or not', async t => {
  const message = read(integer(1, 7), field(2, 'x'), field(1, Buffer.from([8, 9])))
  t.same(message.a, [7, 8, 9])
  t.same(
    message.b.map(bytes => [...bytes]),
    [[120]]
  )
  t.same(message.c, [])
})

t.test('readMessage() reads packed floats', async t => {
  const floats = Buffer.from(Float32Array.of(0.5, -2).buffer)
  t.same(read(field(3, floats)).c, [0.5, -2])
})

t.test('readMessage() refuses other fields, by name where it knows one', async t => {
  const unsupported = (message: RegExp) => ({ code: 'ONNX_UNSUPPORTED', message })
  t.throws(() => read(field(20, '')), unsupported(/thing: has z/))
  t.throws(() => read(field(4, '')), unsupported(/thing: has a field of unknown number 4/))
})

t.test('readMessage() refuses wire types that do not fit, groups among them', async t => {
  for (const wire of [1, 3, 4, 5, 6, 7]) {
    const bytes = Buffer.from([8 + wire, 0, 0, 0, 0, 0, 0, 0, 0])
    const message = new RegExp(`thing, a: wire type ${wire} does not fit int`)
    t.throws(() => read(bytes), { code: 'ONNX_MALFORMED', message })
  }
})

t.test('readMessage() counts packed and single values alike', async t => {
  t.equal(read(...Array(5).fill(integer(1, 1))).a.length, 5)
  const limit = { code: 'ONNX_LIMIT', message: /thing: more than 5 values/ }
  t.throws(() => read(...Array(6).fill(integer(1, 1))), limit)
  t.throws(() => read(field(1, Buffer.alloc(6))), limit)
})

t.test('single() and required() count what must come once', async t => {
  t.equal(single([], 'x'), undefined)
  t.equal(required([3], 'x'), 3)
  t.throws(() => single([3, 4], 'x'), { code: 'ONNX_MALFORMED', message: /x: comes 2 times/ })
  t.throws(() => required([], 'x'), { code: 'ONNX_MALFORMED', message: /x: is missing/ })
})

t.test('toText() wants UTF-8 within the limit', async t => {
  t.equal(toText(undefined, 'x'), '')
  t.equal(toText(Buffer.from('\ufeffé'), 'x'), '\ufeffé')
  t.equal(toText(Buffer.alloc(MAX_NAME_BYTES, 'n'), 'x').length, MAX_NAME_BYTES)
  t.throws(() => toText(Buffer.alloc(MAX_NAME_BYTES + 1), 'x'), { code: 'ONNX_LIMIT' })
  t.throws(() => toText(Buffer.from([0xff]), 'x'), { code: 'ONNX_MALFORMED', message: /not UTF-8/ })
})
