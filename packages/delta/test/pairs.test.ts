import t from 'tap'
import { EXACT_PIECE_BYTES } from '../src/limits.ts'
import { exactPieceSizes, isUnchanged, readPairs, wholeTensor } from '../src/pairs.ts'
import { checkpoint, noise } from './fixtures.ts'

const data = noise(1, EXACT_PIECE_BYTES + 3)
const base = checkpoint('base', [['x', 'U8', [data.length], data]])
const changed = data.with(EXACT_PIECE_BYTES, data[EXACT_PIECE_BYTES]! ^ 1)
const expert = checkpoint('expert', [['x', 'U8', [data.length], changed]])

t.test('exactPieceSizes() gives whole pieces and a rest', async t => {
  t.strictSame([...exactPieceSizes(0)], [])
  t.strictSame([...exactPieceSizes(1)], [1])
  t.strictSame(
    [...exactPieceSizes(2 * EXACT_PIECE_BYTES + 1)],
    [EXACT_PIECE_BYTES, EXACT_PIECE_BYTES, 1]
  )
})

t.test('pieces of both come side by side, from any piece on', async t => {
  const [sizes, unchanged]: [number[], boolean[]] = [[], []]
  const whole = wholeTensor(base.tensors.get('x')!)
  for await (const pair of readPairs(base, expert, whole)) {
    sizes.push(pair.expert.length)
    unchanged.push(isUnchanged(pair))
  }
  t.strictSame(sizes, [EXACT_PIECE_BYTES, 3])
  t.strictSame(unchanged, [true, false])
  const part = { tensor: 'x', offset: EXACT_PIECE_BYTES, sizeBytes: 3 }
  for await (const pair of readPairs(base, expert, part)) {
    t.ok(Buffer.compare(pair.expert, changed.subarray(EXACT_PIECE_BYTES)) === 0)
    t.ok(Buffer.compare(pair.base, data.subarray(EXACT_PIECE_BYTES)) === 0)
    for (const { buffer } of [pair.expert, pair.base])
      t.equal(buffer.byteLength, 3, 'no more memory than is read')
  }
})
