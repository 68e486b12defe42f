import fc from 'fast-check'
import t from 'tap'
import { elementLayout } from '../src/difference.ts'
import { EXACT_PIECE_BYTES } from '../src/limits.ts'
import { decodePiece, encodePiece } from '../src/piece.ts'
import { noise } from './fixtures.ts'
import { decodeReference } from './reference.ts'

const U8 = elementLayout('U8')

function decode(stored: Uint8Array, base: Uint8Array, layout = U8): Uint8Array {
  const piece = base.slice()
  decodePiece(stored, piece, layout)
  return piece
}

t.test('an unchanged piece takes nothing', async t => {
  const base = noise(1, 1000)
  const stored = encodePiece(base.slice(), base, U8)
  t.equal(stored.length, 0)
  t.strictSame(decode(stored, base), base)
})

t.test('a piece that nothing is gained on is stored as it is', async t => {
  for (const size of [1, 4096]) {
    const [expert, base] = [noise(2, size), noise(3, size)]
    const stored = encodePiece(expert, base, U8)
    t.equal(stored, expert)
    t.strictSame(decode(stored, base), expert)
  }
})

t.test('a piece that changed a little takes little', async t => {
  const base = noise(4, EXACT_PIECE_BYTES)
  const expert = base.map((byte, i) => (i % 100 === 0 ? byte + 1 : byte))
  const stored = encodePiece(expert, base, U8)
  t.ok(stored.length < EXACT_PIECE_BYTES / 200, `${stored.length} bytes`)
  t.ok(Buffer.compare(decode(stored, base), expert) === 0)
})

for (const dtype of ['U8', 'F8_E4M3', 'BF16', 'I16', 'F32', 'U32', 'F64', 'I64']) {
  const layout = elementLayout(dtype)
  t.test(
    `whatever changed in a piece of ${dtype}, also a decoder of the format's text reads it`,
    async t => {
      const change = fc.record({
        at: fc.nat(255),
        xor: fc.oneof(fc.constantFrom(1, 2, 3, 128), fc.nat(255))
      })
      fc.assert(
        fc.property(
          fc.nat(1000),
          fc.integer({ min: 1, max: 256 / layout.width }),
          fc.array(change, { maxLength: 60 }),
          (seed, elements, changes) => {
            const base = noise(seed, elements * layout.width)
            const expert = base.slice()
            for (const { at, xor } of changes) expert[at % expert.length]! ^= xor
            const stored = encodePiece(expert, base, layout)
            t.strictSame(decode(stored, base, layout), expert)
            if (stored.length === 0 || stored.length === expert.length) return
            t.strictSame(decodeReference(stored, base, layout), expert)
          }
        ),
        { numRuns: 60 }
      )
    }
  )
}

t.test('the largest pieces of all widths come back, noise and few changes', async t => {
  for (const dtype of ['U8', 'F16', 'F32', 'F64']) {
    const layout = elementLayout(dtype)
    const base = noise(5, EXACT_PIECE_BYTES)
    const lowest = base.map((byte, i) => (i % layout.width === 0 ? byte ^ (i % 13) : byte))
    const few = base.map((byte, i) => (i % 777 === 0 ? byte + 100 : byte))
    const quarter = base.map((byte, i) => (i % (4 * layout.width) === 0 ? byte + 100 : byte))
    for (const expert of [lowest, few, quarter]) {
      const stored = encodePiece(expert, base, layout)
      t.ok(Buffer.compare(decode(stored, base, layout), expert) === 0, dtype)
    }
  }
})

t.test('bytes that are no streams of the piece are refused, and leave it as it was', async t => {
  const base = noise(6, 1000)
  const expert = base.map((byte, i) => (i % 10 === 0 ? byte + 1 : byte))
  const stored = encodePiece(expert, base, U8)
  const refuse = (bytes: Uint8Array, message: RegExp) => {
    const piece = base.slice()
    t.throws(() => decodePiece(bytes, piece, U8), { name: 'RangeError', message })
    t.strictSame(piece, base)
  }
  refuse(Uint8Array.of(...stored, 1), /1 bytes follow its streams/)
  refuse(stored.subarray(0, -1), /bytes are left/)
  refuse(Uint8Array.of(9), /of kind 9/)
})
