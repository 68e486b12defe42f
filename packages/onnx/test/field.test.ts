import t from 'tap'
import { checkWire, fieldsOf } from '../src/field.ts'
import { field, integer } from './fixtures.ts'

const fields = (...parts: Uint8Array[]) => [...fieldsOf(Buffer.concat(parts), 'thing')]
const malformed = (message: RegExp) => ({ code: 'ONNX_MALFORMED', message })

t.test('fieldsOf() says where each field and its value lie', async t => {
  t.same(fields(integer(1, 300), field(2, 'ab'), Buffer.from([0x1d, 0, 0, 0, 0])), [
    { id: 1, wire: 0, start: 0, from: 1, to: 3 },
    { id: 2, wire: 2, start: 3, from: 5, to: 7 },
    { id: 3, wire: 5, start: 7, from: 8, to: 12 }
  ])
  t.same(fields(Buffer.from([0x21, 1, 2, 3, 4, 5, 6, 7, 8])), [
    { id: 4, wire: 1, start: 0, from: 1, to: 9 }
  ])
  t.same(fields(), [])
})

t.test('fieldsOf() passes over integers of any value', async t => {
  const least = Buffer.from([8, ...Array(9).fill(0xff), 1])
  t.same(fields(least), [{ id: 1, wire: 0, start: 0, from: 1, to: 11 }])
})

t.test('fieldsOf() refuses what ends after the message, groups and impossible numbers', async t => {
  t.throws(() => fields(Buffer.from([18, 3, 0])), malformed(/thing: field 2 takes 3 bytes, 1 are/))
  t.throws(() => fields(Buffer.from([29, 0])), malformed(/field 3 takes 4 bytes, 1 are left/))
  t.throws(() => fields(Buffer.from([8])), malformed(/needs 1 bytes, 0 are left/))
  t.throws(() => fields(Buffer.from([8, ...Array(10).fill(0xff)])), malformed(/more than 10 bytes/))
  const negative = Buffer.from([18, ...Array(9).fill(0xff), 1])
  t.throws(() => fields(negative), malformed(/takes -1 bytes/))
  for (const wire of [3, 4, 6, 7]) {
    t.throws(() => fields(Buffer.from([8 + wire])), malformed(/field 1 has wire type [3467]/))
  }
  t.throws(() => fields(Buffer.from([2, 0])), malformed(/a field of number 0/))
  t.throws(() => fields(integer(2 ** 29, 1)), malformed(/a field of number 536870912/))
})

t.test('checkWire() names fields of the schema and refuses other encodings of them', async t => {
  const schema = { a: [1, 'int'], b: [2, 'bytes'], c: [3, 'refused'] } as const
  const named = (part: Uint8Array) => checkWire(schema, fields(part)[0]!, 'thing')
  t.equal(named(integer(1, 5)), 'a')
  t.equal(named(field(2, '')), 'b')
  t.equal(named(field(3, '')), 'c')
  t.equal(named(field(4, '')), undefined)
  t.throws(() => named(field(1, '')), malformed(/thing, a: wire type 2 does not fit/))
  t.throws(() => named(integer(3, 1)), malformed(/thing, c: wire type 0 does not fit/))
})
