import fc from 'fast-check'
import t from 'tap'
import { decodeBlock, encodeBlock } from '../../src/kernels/convert.ts'
import { addBlockProduct, addUpdate, isUpdateDtype } from '../../src/kernels/matmul.ts'
import { type Block, returnBlocks, takeBlocks } from '../../src/kernels/memory.ts'

function floats({ bytes }: Block): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}

function words({ bytes }: Block): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
}

function halves({ bytes }: Block): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
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
  const [values, update, out] = takeBlocks(3) as [Block, Block, Block]
  words(values).set([0x80000000, 0x7f800001, 0xffc00001, 0x3f800000, 0x80000000])
  floats(update).set([0, -0, 0, 1, 2])
  addUpdate('F32', values, update, out, 5)
  t.strictSame(
    [...words(out).subarray(0, 5)],
    [0x80000000, 0x7f800001, 0xffc00001, 0x40000000, 0x40000000]
  )
  halves(values).set([0x8000, 0x7f81, 0xffc1, 0x3f80, 0x8000])
  addUpdate('BF16', values, update, values, 5)
  t.strictSame([...halves(values).subarray(0, 5)], [0x8000, 0x7f81, 0xffc1, 0x4000, 0x4000])
  returnBlocks([values, update, out])
})

t.test('a NaN that addUpdate() computes has the same bits on every machine', async t => {
  const [values, update] = takeBlocks(2) as [Block, Block]
  words(update).set([0x3f800000, 0xff800000, 0xffffffff])
  words(values).set([0xffc00001, 0x7f800000, 0x3f800000])
  addUpdate('F32', values, update, values, 3)
  t.strictSame([...words(values).subarray(0, 3)], [0x7fc00000, 0x7fc00000, 0x7fc00000])
  halves(values).set([0xffc1, 0x7f80, 0x3f80])
  addUpdate('BF16', values, update, values, 3)
  t.strictSame([...halves(values).subarray(0, 3)], [0x7fc0, 0x7fc0, 0x7fc0])
  returnBlocks([values, update])
})

t.test('addUpdate() in BF16 has the bits of decoding, adding and encoding', async t => {
  const bits = fc.uint16Array({ minLength: 40, maxLength: 40 })
  const changes = fc.float32Array({ minLength: 40, maxLength: 40 })
  fc.assert(
    fc.property(bits, changes, fc.integer({ min: 1, max: 40 }), (stored, change, length) => {
      const [values, update, out, decoded, encoded] = takeBlocks(5) as Block[]
      halves(values!).set(stored)
      floats(update!).set(change)
      addUpdate('BF16', values!, update!, out!, length)
      decodeBlock('BF16', values!, decoded!, length)
      addUpdate('F32', decoded!, update!, decoded!, length)
      encodeBlock('BF16', decoded!, encoded!, length)
      t.strictSame(halves(out!).slice(0, length), halves(encoded!).slice(0, length))
      returnBlocks([values!, update!, out!, decoded!, encoded!])
    })
  )
})

t.test('isUpdateDtype() knows what the kernels compute with', async t => {
  t.strictSame(['BF16', 'F16', 'F32', 'F64', 'toString'].filter(isUpdateDtype), ['BF16', 'F32'])
})
