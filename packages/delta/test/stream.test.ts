import fc from 'fast-check'
import t from 'tap'
import { BYTES, Z } from '../src/kernels.ts'
import { decodeStream, encodeStream, type Width } from '../src/stream.ts'

const WIDTHS: readonly Width[] = [1, 2, 4]

function put(numbers: readonly number[], width: Width): void {
  const bytes = Buffer.alloc(numbers.length * width)
  for (const [i, number] of numbers.entries()) bytes.writeUIntLE(number, i * width, width)
  BYTES.set(bytes, Z)
}

function get(length: number, width: Width): number[] {
  const bytes = Buffer.from(BYTES.slice(Z, Z + length * width))
  return Array.from({ length }, (_, i) => bytes.readUIntLE(i * width, width))
}

function encode(numbers: readonly number[], width: Width): Uint8Array {
  put(numbers, width)
  return Buffer.concat(encodeStream(Z, numbers.length, width))
}

function decode(bytes: Uint8Array, length: number, width: Width): number[] {
  BYTES.fill(0xaa, Z, Z + length * width)
  const from = { bytes, at: 0 }
  decodeStream(from, Z, length, width)
  t.equal(from.at, bytes.length)
  return get(length, width)
}

for (const width of WIDTHS) {
  t.test(`rows of numbers of ${width} bytes come back`, async t => {
    const most = 2 ** (8 * width) - 1
    const few = fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, most)
    const number = fc.oneof(fc.nat(3), fc.nat(200), fc.integer({ min: 0, max: most }))
    const row = fc.oneof(fc.array(number, { minLength: 1 }), fc.array(few, { minLength: 1 }))
    fc.assert(
      fc.property(row, numbers => {
        t.strictSame(decode(encode(numbers, width), numbers.length, width), numbers)
      })
    )
  })

  t.test(`every token of ${width} bytes has its least and its largest number`, async t => {
    const most = 2 ** (8 * width) - 1
    const edges = Array.from({ length: 8 * width + 1 }, (_, bits) => 2 ** bits)
      .flatMap(power => [1, 1.125, 1.25, 1.5, 1.875].map(part => Math.floor(power * part)))
      .flatMap(edge => [edge - 1, edge, edge + 1])
      .filter(edge => edge <= most)
    const sparse = edges.flatMap(edge => [edge, 0, 0, 0, 0, 0])
    for (const numbers of [edges, sparse])
      t.strictSame(decode(encode(numbers, width), numbers.length, width), numbers)
  })
}

t.test('rows with few other numbers than 0 become lists, shorter by far', async t => {
  const numbers = Array.from({ length: 4000 }, (_, i) => (i % 400 === 7 ? 5 : 0))
  const bytes = encode(numbers, 2)
  t.equal(bytes[0], 2)
  t.ok(bytes.length < 50, `${bytes.length} bytes`)
  t.equal(encode([0, 0, 0, 1], 1)[0], 2)
  t.equal(encode([0, 0, 1, 1], 1)[0], 1)
  t.equal(encode([0, 0, 0, 0], 1)[0], 1, 'nothing to list')
})

t.test('a row of three numbers is stored as it is', async t => {
  t.strictSame([...encode([1, 2, 515], 2)], [1, 1, 0, 2, 0, 3, 2])
})

t.test('bytes that are no stream of the row are refused', async t => {
  const dense = encode(
    Array.from({ length: 400 }, (_, i) => i % 17),
    2
  )
  const sparse = encode(
    Array.from({ length: 400 }, (_, i) => (i % 50 === 0 ? i : 0)),
    2
  )
  const refuse = (bytes: Uint8Array, length: number, message: RegExp) =>
    t.throws(() => decodeStream({ bytes, at: 0 }, Z, length, 2), { name: 'RangeError', message })
  refuse(dense.with(0, 0), 400, /of kind 0/)
  refuse(dense.subarray(0, -1), 400, /bytes are left/)
  refuse(dense, 396, /does not end where it should/)
  refuse(dense, 404, /does not end where it should/)
  refuse(sparse, 300, /does not end where it should/)
  refuse(sparse, 4, /lists 7 of 4/)
  refuse(sparse.with(1, 3), 400, /does not end where it should/)
  refuse(sparse.with(5, 70), 400, /token 70, at most 52/)
  const claim = Buffer.from(dense)
  claim.writeUInt32LE(2 ** 32 - 1, dense.length - Math.ceil(bitsOf(dense) / 8) - 4)
  refuse(claim, 400, /claims 4294967295 bits/)
})

/** The bits of a dense stream, which its last bytes hold: found as the length that fits. */
function bitsOf(stream: Uint8Array): number {
  for (let at = 1; at + 4 < stream.length; at++) {
    const bits = Buffer.from(stream).readUInt32LE(at)
    if (Math.ceil(bits / 8) === stream.length - at - 4) return bits
  }
  throw new Error('no length')
}
