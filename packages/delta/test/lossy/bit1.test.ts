import t from 'tap'
import { BIT1_BLOCK } from '../../src/limits.ts'
import { bit1 } from '../../src/lossy/bit1.ts'
import { DTYPES, numbers, packed, unpacked } from './fixtures.ts'
import { throughPiece } from './pieces.ts'

t.test('every element moves the way it did, by the mean of its block', async t => {
  const length = 2 * BIT1_BLOCK + 9
  const [weights, steps] = [numbers(1, length), numbers(2, length).map(step => step || 0.5)]
  const base = packed('F64', weights)
  const expert = packed(
    'F64',
    weights.map((weight, i) => weight + steps[i]!)
  )
  const { rebuilt } = await throughPiece(bit1, 'F64', expert, base)
  const moved = unpacked('F64', rebuilt).map((value, i) => value - weights[i]!)
  t.ok(moved.every((move, i) => Math.sign(move) === Math.sign(steps[i]!)))
  for (let from = 0; from < length; from += BIT1_BLOCK) {
    const block = steps.slice(from, from + BIT1_BLOCK).map(Math.abs)
    const mean = block.reduce((a, b) => a + b) / block.length
    t.ok(Math.abs(Math.abs(moved[from]!) / mean - 1) < 2 ** -8, `block at ${from}`)
  }
})

t.test('a stored piece is its scales, then signs from the lowest bit on', t => {
  const piece = packed('F32', [10, 20, 30])
  bit1.decode(Uint8Array.of(0x00, 0x3f, 0b101), piece, 'F32')
  t.strictSame(unpacked('F32', piece), [10.5, 19.5, 30.5])
  t.end()
})

for (const dtype of DTYPES) {
  t.test(`a piece of ${dtype} takes a bit an element, and its scales`, async t => {
    const [expert, base] = [packed(dtype, numbers(1, 1000)), packed(dtype, numbers(2, 1000))]
    const { stored } = await throughPiece(bit1, dtype, expert, base)
    t.equal(stored?.length, 125 + 2 * 2)
    t.equal(stored?.length, bit1.maxPieceBytes(base.length, dtype))
  })
}

t.test('elements that did not change move up as often as down', async t => {
  const base = packed('F32', Array(100).fill(1))
  const { rebuilt } = await throughPiece(
    bit1,
    'F32',
    packed('F32', [2, ...Array(99).fill(1)]),
    base
  )
  const values = unpacked('F32', rebuilt).slice(1, 99)
  t.equal(values.filter(value => value > 1).length, 49)
  t.equal(values.filter(value => value < 1).length, 49)
})

t.test('a block that did not change keeps its bits', async t => {
  const weights = Array(2 * BIT1_BLOCK).fill(-0)
  const expert = packed('F32', weights.with(0, 1))
  const { rebuilt } = await throughPiece(bit1, 'F32', expert, packed('F32', weights))
  t.ok(
    unpacked('F32', rebuilt)
      .slice(BIT1_BLOCK)
      .every(value => Object.is(value, -0))
  )
})

t.test('a change that f32 can not hold is not encoded', async t => {
  const [small, huge] = [packed('F64', [0]), packed('F64', [1e300])]
  t.equal((await throughPiece(bit1, 'F64', huge, small)).stored, undefined)
})

t.test('a change as large as f32 can hold comes back finite', async t => {
  for (const step of [3.396e38, 3.4e38, (2 - 2 ** -23) * 2 ** 127]) {
    const { stored, rebuilt } = await throughPiece(
      bit1,
      'F32',
      packed('F32', [step, -step]),
      packed('F32', [0, 0])
    )
    t.ok(stored)
    const [up, down] = unpacked('F32', rebuilt)
    t.equal(up, (2 - 2 ** -7) * 2 ** 127, `${step}`)
    t.equal(down, -up!)
  }
})

t.test('stored bytes that break the format are refused', async t => {
  const base = packed('F32', numbers(2, 100))
  for (const bytes of [new Uint8Array(14), new Uint8Array(16), new Uint8Array(15).fill(255)]) {
    t.throws(() => bit1.decode(bytes, base.slice(), 'F32'), RangeError)
  }
})
