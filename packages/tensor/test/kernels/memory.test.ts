import t from 'tap'
import {
  asBlock,
  BLOCK_BYTES,
  type Block,
  kernel,
  MAX_BLOCKS,
  returnBlocks,
  roundUp,
  takeBlocks,
  writeTables
} from '../../src/kernels/memory.ts'

t.test('blocks lie apart, are taken once and can be taken again', async t => {
  const blocks = takeBlocks(3)
  const addresses = blocks.map(({ address }) => address)
  t.equal(new Set(addresses).size, 3)
  for (const { bytes, address } of blocks) {
    t.equal(bytes.length, BLOCK_BYTES)
    t.equal(bytes.byteOffset, address)
  }
  returnBlocks(blocks)
  t.strictSame(new Set(takeBlocks(3).map(({ address }) => address)), new Set(addresses))
  returnBlocks(blocks)
})

t.test('more blocks than there are get an error, and none is lost', async t => {
  const all = takeBlocks(MAX_BLOCKS)
  t.throws(() => takeBlocks(1), { code: 'KERNEL_MEMORY', details: { needed: 1, left: 0 } })
  returnBlocks(all)
  t.throws(() => takeBlocks(MAX_BLOCKS + 1), { code: 'KERNEL_MEMORY' })
  returnBlocks(takeBlocks(MAX_BLOCKS))
})

t.test('asBlock() sees what a kernel may write to where it lies', async t => {
  const [block] = takeBlocks(1) as [Block]
  t.match(asBlock(block.bytes.subarray(64, 128)), { address: block.address + 64 })
  t.equal(asBlock(block.bytes.subarray(0, 33)), undefined, 'a kernel would write behind it')
  t.equal(asBlock(block.bytes.subarray(0, 32)), undefined, 'one that widens 8 bits would as well')
  t.equal(asBlock(new Uint8Array(32)), undefined)
  returnBlocks([block])
})

t.test('tables hold addresses and numbers, apart from one another', async t => {
  const blocks = takeBlocks(5)
  const { addresses, numbers } = writeTables(blocks, Float64Array.of(1, 2))
  const { buffer } = blocks[0]!.bytes
  t.strictSame(
    [...new Uint32Array(buffer, addresses, 5)],
    blocks.map(({ address }) => address)
  )
  t.strictSame([...new Float64Array(buffer, numbers, 2)], [1, 2])
  t.ok(numbers >= addresses + 20)
  returnBlocks(blocks)
})

t.test("an unknown kernel is the program's mistake", async t => {
  t.throws(() => kernel('none'), RangeError)
})

t.test('roundUp() gives the least multiple that is not below', async t => {
  t.strictSame(
    [0, 1, 32, 33].map(value => roundUp(value, 32)),
    [0, 32, 32, 64]
  )
})
