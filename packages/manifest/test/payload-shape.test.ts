import {
  CHUNK_SIZE_BYTES,
  leafCount,
  leafPath,
  leafSizeBytes,
  MAX_PAYLOAD_SIZE_BYTES,
  treeDepth
} from '@soup/manifest'
import fc from 'fast-check'
import t from 'tap'

const MIB = CHUNK_SIZE_BYTES

t.test('sizes at the borders of chunks and levels', async t => {
  const table: [size: number, leaves: number, depth: number][] = [
    [0, 1, 0],
    [1, 1, 0],
    [MIB, 1, 0],
    [MIB + 1, 2, 1],
    [1024 * MIB, 1024, 1],
    [1024 * MIB + 1, 1025, 2],
    [MAX_PAYLOAD_SIZE_BYTES, 1024 * 1024, 2]
  ]
  for (const [size, leaves, depth] of table) {
    t.same([leafCount(size), treeDepth(size)], [leaves, depth], `${size} bytes`)
  }
})

t.test('sizes and indices that no payload has are refused', async t => {
  for (const size of [-1, 0.5, Number.NaN, MAX_PAYLOAD_SIZE_BYTES + 1, 2 ** 60]) {
    t.throws(() => leafCount(size), RangeError)
    t.throws(() => treeDepth(size), RangeError)
  }
  t.throws(() => leafPath(MIB, 1), RangeError)
  t.throws(() => leafPath(MIB, -1), RangeError)
  t.throws(() => leafSizeBytes(0, 0.5), RangeError)
})

t.test('the path of a chunk is its index in the base of the fanout', async t => {
  t.same(leafPath(5, 0), [])
  t.same(leafPath(3 * MIB, 2), [2])
  t.same(leafPath(1025 * MIB, 5), [0, 5])
  t.same(leafPath(1025 * MIB, 1024), [1, 0])
})

t.test('the sizes of the chunks add up to the payload', async t => {
  const addsUp = (size: number): boolean => {
    const sizes = Array.from({ length: leafCount(size) }, (_, i) => leafSizeBytes(size, i))
    return sizes.reduce((a, b) => a + b, 0) === size
  }
  const size = fc.integer({ min: 0, max: 40 * MIB })
  t.doesNotThrow(() => fc.assert(fc.property(size, addsUp)))
})
