import fc from 'fast-check'
import t from 'tap'
import { MAX_SHARDS } from '../../src/limits.ts'
import { memoryCheckpoint } from '../../src/memory-checkpoint.ts'
import { layOutShards } from '../../src/safetensors/shard-layout.ts'

/** A checkpoint of tensors of these sizes, called by their places. */
const sized = (sizes: readonly number[]) =>
  memoryCheckpoint({
    tensors: sizes.map((size, i) => ({
      name: String(i),
      dtype: 'U8',
      shape: [size],
      data: new Uint8Array(size)
    }))
  })
const sizesOf = (sizes: readonly number[], shardSize: number) =>
  layOutShards(sized(sizes), shardSize).map(({ tensors }) => tensors.map(info => info.sizeBytes))

t.test('tensors are packed in order as long as they fit; a larger one stands alone', async t => {
  t.strictSame(sizesOf([3, 2, 5, 1, 9, 0, 2], 5), [[3, 2], [5], [1], [9], [0, 2]])
  t.strictSame(sizesOf([0, 9], 5), [[0], [9]])
  t.strictSame(sizesOf([9, 1], 5), [[9], [1]])
  t.strictSame(sizesOf([], 5), [[]])
})

t.test('names are those of Hugging Face; a single shard has no number', async t => {
  t.strictSame(
    layOutShards(sized([1, 1]), 1).map(({ fileName }) => fileName),
    ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
  )
  t.equal(layOutShards(sized([1, 1]), 2)[0]?.fileName, 'model.safetensors')
})

t.test('nothing is lost, no shard is too large, and no neighbour would have fitted', async t => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.integer({ min: 1, max: 30 }), (sizes, shardSize) => {
      const shards = sizesOf(sizes, shardSize)
      t.strictSame(shards.flat(), sizes)
      const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0)
      for (const [i, shard] of shards.entries()) {
        t.ok(shard.length === 1 || sum(shard) <= shardSize)
        const next = shards[i + 1]?.[0]
        if (next !== undefined) t.ok(sum(shard) + next > shardSize)
      }
    })
  )
})

t.test('more shards than a reader accepts are refused before anything is written', async t => {
  const sizes = new Array<number>(MAX_SHARDS + 1).fill(1)
  t.throws(() => layOutShards(sized(sizes), 1), {
    code: 'SHARDS_TOO_MANY',
    message: /shards of 1 bytes would be 513 files, at most 512 are allowed/
  })
  t.equal(layOutShards(sized(sizes.slice(1)), 1).length, MAX_SHARDS)
})

t.test("a size that is none is the program's mistake", async t => {
  for (const size of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.throws(() => layOutShards(sized([1]), size), RangeError)
  }
})
