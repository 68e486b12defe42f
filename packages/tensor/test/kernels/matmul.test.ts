import t from 'tap'
import { addBlockProduct, addUpdate } from '../../src/kernels/matmul.ts'
import { type Block, returnBlocks, takeBlocks } from '../../src/kernels/memory.ts'

function floats({ bytes }: Block): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}

function words({ bytes }: Block): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}

t.test(
  'addBlockProduct() adds a product to what is there, within its rows and columns',
  async t => {
    const [x, y, c] = takeBlocks(3) as [Block, Block, Block]
    floats(x).set([1, 2, 3, 4])
    floats(y).set([5, 6, 7, 8])
    floats(c).set([10, 20, -1, 30, 40, -1])
    const [left, right] = [x, y].map(block => ({ block, rowStride: 2, columnStride: 1 }))
    addBlockProduct(left!, right!, { block: c, rowStride: 3, columnStride: 1 }, 2, 2, 2)
    t.strictSame([...floats(c).subarray(0, 6)], [29, 42, -1, 73, 90, -1])
    returnBlocks([x, y, c])
  }
)

t.test('addUpdate() leaves what has no update, bit for bit', async t => {
  const [values, update] = takeBlocks(2) as [Block, Block]
  words(values).set([0x80000000, 0x7f800001, 0xffc00001, 0x3f800000, 0x80000000])
  floats(update).set([0, -0, 0, 1, 2])
  addUpdate(values, update, 5)
  t.strictSame(
    [...words(values).subarray(0, 5)],
    [0x80000000, 0x7f800001, 0xffc00001, 0x40000000, 0x40000000]
  )
  returnBlocks([values, update])
})

t.test('a NaN that addUpdate() computes has the same bits on every machine', async t => {
  const [values, update] = takeBlocks(2) as [Block, Block]
  words(values).set([0xffc00001, 0x7f800000, 0x3f800000])
  words(update).set([0x3f800000, 0xff800000, 0xffffffff])
  addUpdate(values, update, 3)
  t.strictSame([...words(values).subarray(0, 3)], [0x7fc00000, 0x7fc00000, 0x7fc00000])
  returnBlocks([values, update])
})
