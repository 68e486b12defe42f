import t from 'tap'
import type { ElementType } from '../src/element-type.ts'
import { fieldsOf } from '../src/field.ts'
import { readBuffer } from '../src/reading.ts'
import { readTypedData } from '../src/typed-data.ts'
import { Window } from '../src/window.ts'
import { field, integer } from './fixtures.ts'

/** Decodes fields as a tensor of `sizeBytes`. */
function decode(type: ElementType, sizeBytes: number, ...fields: Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat(fields)
  const header = { name: 'w', type, shape: [], sizeBytes, isExternal: false }
  const tensor = {
    header: { ...header, external: undefined, kept: new Uint8Array(0) },
    where: 'w',
    data: [...fieldsOf(bytes, 'x')]
  }
  return readBuffer(bytes, readTypedData(new Window(bytes.length), tensor))
}

const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer)
const float = (value: number) => Buffer.concat([Buffer.of(4 * 8 + 5), floats(value)])
const double = Buffer.concat([Buffer.of(10 * 8 + 1), Buffer.from(Float64Array.of(2).buffer)])
const malformed = (message: RegExp) => ({ code: 'ONNX_MALFORMED', message })

t.test('readTypedData() takes packed, single and mixed numbers alike', async t => {
  const expected = floats(1, 2, 3)
  t.same(Buffer.from(decode('FLOAT', 12, field(4, expected))), expected)
  t.same(Buffer.from(decode('FLOAT', 12, float(1), float(2), float(3))), expected)
  t.same(Buffer.from(decode('FLOAT', 12, field(4, floats(1, 2)), float(3))), expected)
  t.same(new Float64Array(decode('DOUBLE', 8, double).buffer), Float64Array.of(2))
  t.same([...decode('BFLOAT16', 4, integer(5, 0x3f80), field(5, Buffer.of(1)))], [0x80, 0x3f, 1, 0])
  t.same([...decode('INT4', 2, field(5, Buffer.of(0x21, 3)))], [0x21, 3])
})

t.test('readTypedData() decodes lists of many steps, numbers cut by them included', async t => {
  const count = 50_000
  const value = Buffer.from([0x81, 0x82, 0x04])
  const list = Buffer.concat(Array(count).fill(value))
  const got = new Int32Array(decode('INT32', 4 * count, field(5, list)).buffer)
  t.ok(got.every(number => number === 1 + 2 * 128 + 4 * 16384))
  t.equal(got.length, count)
})

t.test('readTypedData() refuses too few and too many numbers', async t => {
  t.throws(() => decode('FLOAT', 8, float(1)), malformed(/w, floatData: numbers for 4 bytes/))
  t.throws(() => decode('FLOAT', 4, float(1), float(2)), malformed(/4 bytes, 0 are left/))
  t.throws(() => decode('FLOAT', 4, field(4, 'abcdefgh')), malformed(/8 bytes, 4 are left/))
  t.throws(() => decode('FLOAT', 8, field(4, 'abcdef')), malformed(/6 bytes, 8 are left/))
  t.throws(() => decode('INT8', 1, field(5, Buffer.of(1, 2))), malformed(/too many numbers/))
  t.throws(() => decode('INT8', 3, field(5, Buffer.of(1, 2))), malformed(/numbers for 2 bytes/))
})

t.test(
  'readTypedData() refuses numbers that the type can not be, or of other wire types',
  async t => {
    t.throws(() => decode('INT8', 1, integer(5, 256)), malformed(/cut off or does not fit/))
    t.throws(() => decode('INT8', 1, field(5, Buffer.of(0x80))), malformed(/cut off or does not/))
    t.throws(() => decode('INT8', 1, float(1)), malformed(/wire type 5 does not fit/))
    t.throws(() => decode('FLOAT', 8, double), malformed(/wire type 1 does not fit/))
    t.throws(() => decode('DOUBLE', 8, integer(10, 1)), malformed(/wire type 0 does not fit/))
  }
)
