import t from 'tap'
import type { Checkpoint } from '../src/checkpoint.ts'
import { memoryCheckpoint } from '../src/memory-checkpoint.ts'
import { sharedReads } from '../src/shared-reads.ts'

/** A checkpoint of ten bytes that counts how often it is read. */
function counted(): { checkpoint: Checkpoint; reads(): number } {
  const data = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  const checkpoint = memoryCheckpoint({ tensors: [{ name: 'x', dtype: 'U8', shape: [10], data }] })
  let count = 0
  const open: Checkpoint['open'] = (name, offset) => {
    const reader = checkpoint.open(name, offset)
    return {
      read: (target, options) => {
        count++
        return reader.read(target, options)
      }
    }
  }
  return { checkpoint: { ...checkpoint, open }, reads: () => count }
}

t.test('readers side by side share what is read; each has bytes of its own', async t => {
  const { checkpoint, reads } = counted()
  const shared = sharedReads(checkpoint, 4)
  const [one, two] = [shared.open('x'), shared.open('x')]
  for (const [round, size] of [4, 4, 2].entries()) {
    const [a, b] = [new Uint8Array(size), new Uint8Array(size)]
    await one.read(a)
    const expected = [...a]
    a.fill(99)
    await two.read(b)
    t.strictSame([...b], expected)
    t.equal(b[0], 4 * round)
  }
  t.equal(reads(), 3)
  await t.rejects(one.read(new Uint8Array(1)), RangeError)
  t.throws(() => shared.open('y'), RangeError)
})

t.test('what is larger than asked for is not remembered', async t => {
  const { checkpoint, reads } = counted()
  const shared = sharedReads(checkpoint, 4)
  for (let i = 0; i < 2; i++) await shared.open('x', 3).read(new Uint8Array(5))
  t.equal(reads(), 2)
})

t.test('a sequential checkpoint is left as it is', async t => {
  const checkpoint = { ...counted().checkpoint, isSequential: true }
  t.equal(sharedReads(checkpoint, 4), checkpoint)
})
