import fc from 'fast-check'
import t from 'tap'
import { INT8_BLOCK } from '../../src/limits.ts'
import { int8 } from '../../src/lossy/int8.ts'
import { DTYPES, numbers, packed, unpacked } from './fixtures.ts'
import { throughPiece } from './pieces.ts'

t.test('every element is off by half a step at most', async () => {
  const list = (max: number) =>
    fc.array(fc.double({ min: -max, max, noNaN: true }), { minLength: 150, maxLength: 150 })
  await fc.assert(
    fc.asyncProperty(list(1), list(1e-3), async (weights, steps) => {
      const base = packed('F64', weights)
      const expert = packed(
        'F64',
        weights.map((weight, i) => weight + steps[i]!)
      )
      const { rebuilt } = await throughPiece(int8, 'F64', expert, base)
      const [ours, theirs] = [unpacked('F64', expert), unpacked('F64', rebuilt)]
      return ours.every((value, i) => {
        const from = i - (i % INT8_BLOCK)
        const block = ours
          .slice(from, from + INT8_BLOCK)
          .map((x, k) => Math.abs(x - weights[from + k]!))
        const step = (Math.max(...block) / 127) * (1 + 2 ** -7) // a bfloat16, rounded up
        return Math.abs(value - theirs[i]!) <= (step / 2) * (1 + 1e-6) + 1e-15
      })
    }),
    { numRuns: 50 }
  )
})

t.test('a stored piece is its scales, then codes around 128', t => {
  const piece = packed('F32', [10, 20, 30])
  int8.decode(Uint8Array.of(0x00, 0x3f, 129, 128, 126), piece, 'F32')
  t.strictSame(unpacked('F32', piece), [10.5, 20, 29])
  t.end()
})

for (const dtype of DTYPES) {
  t.test(`unchanged elements of a piece of ${dtype} keep their bits`, async t => {
    const base = packed(dtype, numbers(1, 333).with(7, -0))
    const moved = unpacked(dtype, base).map((weight, i) => (i % 2 ? weight : weight + 0.25))
    const expert = packed(dtype, moved.with(7, -0))
    const { stored, rebuilt } = await throughPiece(int8, dtype, expert, base)
    t.ok(stored!.length <= int8.maxPieceBytes(base.length, dtype))
    const [before, after] = [unpacked(dtype, base), unpacked(dtype, rebuilt)]
    t.ok(after.every((value, i) => i % 2 === 0 || Object.is(value, before[i])))
  })
}

t.test('a change that f32 can not hold is not encoded', async t => {
  const [small, huge] = [packed('F32', [-3e38]), packed('F32', [3e38])]
  t.equal((await throughPiece(int8, 'F32', huge, small)).stored, undefined)
  const nan = new Uint8Array(Float32Array.of(Number.NaN).buffer)
  t.equal((await throughPiece(int8, 'F32', nan, small)).stored, undefined)
})

t.test('stored bytes that break the format are refused', async t => {
  const [expert, base] = [packed('F32', numbers(1, 100)), packed('F32', numbers(2, 100))]
  const { stored } = await throughPiece(int8, 'F32', expert, base)
  const infinite = Buffer.from(stored!)
  infinite.writeUInt16LE(0x7f80, 2)
  const cases: Record<string, Uint8Array> = {
    'scales alone': stored!.subarray(0, 4),
    'an infinite scale': infinite,
    'codes that are missing': stored!.subarray(0, -1),
    'codes that are too many': Buffer.concat([stored!, Buffer.alloc(1)])
  }
  for (const [what, bytes] of Object.entries(cases)) {
    t.throws(() => int8.decode(bytes, base.slice(), 'F32'), RangeError, what)
  }
})
