import t from 'tap'
import { sparse } from '../../src/lossy/sparse.ts'
import { noise } from '../fixtures.ts'
import { DTYPES, numbers, packed, unpacked } from './fixtures.ts'
import { throughPiece } from './pieces.ts'

t.test(
  'a stored piece is counts, gaps in a frame, and elements as the exact codec stores them',
  t => {
    const piece = packed('F32', [1, 1, 1])
    const frame = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 1, 1 | (1 << 3), 0, 0, 1] // one raw block: a gap of 1
    const stored = [1, 0, 0, 0, frame.length, 0, 0, 0, ...frame, 1, 0, 0x80, 0x3f]
    sparse.decode(Uint8Array.from(stored), piece, 'F32')
    t.strictSame(unpacked('F32', piece), [1, 1 + 2 ** -23, 1])
    t.end()
  }
)

for (const dtype of DTYPES) {
  t.test(`at density 1 a piece of ${dtype} comes back bit for bit`, async t => {
    const [expert, base] = [packed(dtype, numbers(1, 999)), packed(dtype, numbers(2, 999))]
    const { stored, rebuilt } = await throughPiece(sparse, dtype, expert, base)
    t.strictSame(rebuilt, expert)
    t.ok(stored!.length <= sparse.maxPieceBytes(base.length, dtype))
  })
}

t.test('what changed most is right to the last bit, all else is the base', async t => {
  const base = numbers(1, 1000)
  const expert = base.map((weight, i) => weight + (i % 10 === 3 ? 0.5 : 0.1) * (i % 2 ? 1 : -1))
  const [theirs, ours] = [packed('BF16', base), packed('BF16', expert)]
  const { rebuilt } = await throughPiece(sparse, 'BF16', ours, theirs, 0.1)
  const [before, after] = [unpacked('BF16', theirs), unpacked('BF16', ours)]
  const expected = before.map((weight, i) => (i % 10 === 3 ? after[i] : weight))
  t.strictSame(unpacked('BF16', rebuilt), expected)
})

t.test('the density is rounded up to whole elements; unchanged ones are never sent', async t => {
  const base = packed('F32', [1, 2, 3, 4])
  const few = await throughPiece(sparse, 'F32', packed('F32', [1, 2, 4, 6]), base, 0.01)
  t.strictSame(unpacked('F32', few.rebuilt), [1, 2, 3, 6])
  const none = await throughPiece(sparse, 'F32', base.slice(), base)
  t.equal(none.stored?.length, 0)
})

t.test('stored bytes that break the format are refused', async t => {
  const [expert, base] = [packed('F32', numbers(1, 100)), packed('F32', numbers(2, 100))]
  const { stored } = await throughPiece(sparse, 'F32', expert, base, 0.5)
  const withHead = (at: number, value: number) => {
    const changed = Buffer.from(stored!)
    changed.writeUInt32LE(value, at)
    return changed
  }
  const cases: Record<string, Uint8Array> = {
    'no head': stored!.subarray(0, 7),
    'more elements than there are': withHead(0, 101),
    'four billion elements': withHead(0, 2 ** 32 - 1),
    'an element more than positions': withHead(0, 51),
    'an element fewer than positions': withHead(0, 49),
    'gaps beyond the end': withHead(4, stored!.length),
    'too many bytes of elements': Buffer.concat([stored!, Buffer.alloc(300)]),
    'a cut last element': stored!.subarray(0, -1),
    'gaps that are noise': Buffer.concat([stored!.subarray(0, 8), noise(3, stored!.length - 8)])
  }
  for (const [what, bytes] of Object.entries(cases)) {
    t.throws(() => sparse.decode(bytes, base.slice(), 'F32'), RangeError, what)
  }
})
