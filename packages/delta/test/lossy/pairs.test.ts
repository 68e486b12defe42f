import t from 'tap'
import { EXACT_PIECE_BYTES } from '../../src/limits.ts'
import { isUnchanged, readPairs } from '../../src/lossy/pairs.ts'
import { checkpoint, noise } from '../fixtures.ts'

const data = noise(1, EXACT_PIECE_BYTES + 3)
const base = checkpoint('base', [['x', 'U8', [data.length], data]])
const changed = data.with(EXACT_PIECE_BYTES, data[EXACT_PIECE_BYTES]! ^ 1)
const expert = checkpoint('expert', [['x', 'U8', [data.length], changed]])

t.test('pieces of both come side by side; a piece counts once it has been dealt with', async t => {
  const [sizes, unchanged, done]: [number[], boolean[], number[]] = [[], [], []]
  for await (const pair of readPairs(base, expert, base.tensors.get('x')!, n => done.push(n), {})) {
    sizes.push(pair.expert.length)
    unchanged.push(isUnchanged(pair))
    t.equal(done.length, sizes.length - 1)
  }
  t.strictSame(sizes, [EXACT_PIECE_BYTES, 3])
  t.strictSame(done, [EXACT_PIECE_BYTES, 3])
  t.strictSame(unchanged, [true, false])
})
