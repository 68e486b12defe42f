import fc from 'fast-check'
import t from 'tap'
import { decodeGaps, encodeGaps } from '../../src/lossy/gaps.ts'

const END = 2 ** 20

t.test('positions come back, in fewer bytes than they span', t => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(END - 1), { maxLength: 300 }), list => {
      const positions = Uint32Array.from(list).sort()
      const bytes = encodeGaps(positions)
      t.strictSame(decodeGaps(bytes, positions.length, END), positions)
      t.ok(bytes.length <= (positions.at(-1) ?? -1) + 1)
    }),
    { numRuns: 200 }
  )
  t.end()
})

t.test('a gap is counted from behind the last position, seven bits a byte', t => {
  t.strictSame(
    [...encodeGaps(Uint32Array.of(0, 1, 129, 258, 20_000))],
    [0, 0, 127, 128, 1, 157, 154, 1]
  )
  t.end()
})

t.test('positions beyond the end, endless gaps, too few and too many bytes are refused', t => {
  const cases: [bytes: number[], count: number, end: number][] = [
    [[5], 1, 5],
    [[0, 0], 2, 1],
    [[255, 255, 255], 1, END],
    [[128], 1, END],
    [[], 1, END],
    [[0, 0], 1, END],
    [[0], 0, END]
  ]
  for (const [bytes, count, end] of cases) {
    t.throws(() => decodeGaps(Uint8Array.from(bytes), count, end), RangeError, `${bytes}`)
  }
  t.end()
})
