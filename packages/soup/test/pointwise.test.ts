import { BLOCK_BYTES, type Checkpoint, memoryCheckpoint, readTensor } from '@soup/tensor'
import t from 'tap'
import { elementBytes, pointwise } from '../src/pointwise.ts'

const LENGTH = BLOCK_BYTES / 2 + 3

/** One I16 tensor `x` of the numbers from `first` on. */
function counting(first: number): Checkpoint {
  const data = Int16Array.from({ length: LENGTH }, (_, i) => first + i)
  return memoryCheckpoint({ tensors: [{ name: 'x', dtype: 'I16', shape: [LENGTH], data }] })
}

/** The sums of two, as I32. */
function sums(terms: readonly Checkpoint[]): Checkpoint {
  const info = { name: 'x', dtype: 'I32', shape: [LENGTH], sizeBytes: 4 * LENGTH }
  return pointwise({
    name: 'sums',
    tensors: new Map([['x', info]]),
    isSequential: false,
    tensor: () => ({
      terms,
      combine: (blocks, out, length) => {
        const [a, b] = blocks.map(({ bytes }) => new Int16Array(bytes.buffer, bytes.byteOffset))
        const { buffer, byteOffset } = out.bytes
        const result = new Int32Array(buffer, byteOffset)
        for (let i = 0; i < length; i++) result[i] = a![i]! + b![i]!
      }
    })
  })
}

const expected = Int32Array.from({ length: LENGTH }, (_, i) => {
  return ((i << 16) >> 16) + (((1 + i) << 16) >> 16)
})

t.test('every element is computed once, of tensors larger than a block', async t => {
  const bytes = await readTensor(sums([counting(0), counting(1)]), 'x')
  t.ok(Buffer.from(bytes).equals(Buffer.from(expected.buffer)))
})

t.test('reading may begin at any element, and ends with the tensor', async t => {
  const soup = sums([counting(0), counting(1)])
  const from = LENGTH - 2
  const reader = soup.open('x', 4 * from)
  const target = new Uint8Array(8)
  await reader.read(target)
  t.strictSame([...new Int32Array(target.buffer)], [...expected.subarray(from)])
  await t.rejects(reader.read(new Uint8Array(4)), RangeError)
  t.throws(() => soup.open('y'), RangeError)
})

t.test('an element may be half a byte', async t => {
  t.equal(elementBytes({ name: 'x', dtype: 'F4', shape: [2, 4], sizeBytes: 4 }), 0.5)
  t.equal(elementBytes({ name: 'x', dtype: 'F32', shape: [0], sizeBytes: 0 }), 0)
})

t.test(
  'a tensor is prepared once, before its first block, and blocks tell where they begin',
  async t => {
    const events: unknown[] = []
    const terms = [counting(0)]
    const [info] = terms[0]!.tensors.values()
    const soup = pointwise({
      name: 'soup',
      tensors: new Map([['x', info!]]),
      isSequential: true,
      tensor: () => ({
        terms,
        prepare: async () => void events.push('prepared'),
        combine: ([input], out, length, _, first) => {
          events.push([first, length])
          out.bytes.set(input!.bytes.subarray(0, 2 * length))
        }
      })
    })
    const reader = soup.open('x', 4)
    t.strictSame(events, [])
    await reader.read(new Uint8Array(6))
    await reader.read(new Uint8Array(2 * LENGTH - 10))
    t.strictSame(events, ['prepared', [2, 3], [5, LENGTH - 5]])
  }
)

t.test('terms may be of different widths', async t => {
  const bytes = Uint8Array.from({ length: LENGTH }, (_, i) => i)
  const narrow = memoryCheckpoint({
    tensors: [{ name: 'x', dtype: 'U8', shape: [LENGTH], data: bytes }]
  })
  const terms = [counting(0), narrow]
  const [info] = narrow.tensors.values()
  const soup = pointwise({
    name: 'soup',
    tensors: new Map([['x', info!]]),
    isSequential: false,
    tensor: () => ({
      terms,
      combine: ([wide, other], out, length) => {
        for (let i = 0; i < length; i++) {
          out.bytes[i] = wide!.bytes[2 * i]! === other!.bytes[i]! ? 1 : 0
        }
      }
    })
  })
  const target = new Uint8Array(LENGTH - 7)
  await soup.open('x', 7).read(target)
  t.ok(target.every(value => value === 1))
})
