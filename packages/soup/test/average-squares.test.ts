import { memoryCheckpoint, openSafetensors, readFloats, writeSafetensors } from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import { averageSquares } from '../src/average-squares.ts'
import { areNear, experts, model, raw, rows, values } from './fixtures.ts'

t.test('it is the mean of squares, in F32, of gradients of any dtype', async t => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }).chain(rows), async list => {
      for (const dtype of ['F32', 'BF16', 'F64'] as const) {
        const gradients = list.map(row => model('g', row, dtype))
        const stored = await Promise.all(gradients.map(values))
        const expected = stored[0]!.map(
          (_, i) => stored.reduce((sum, row) => sum + row[i]! * row[i]!, 0) / stored.length
        )
        const fisher = averageSquares(experts(gradients))
        t.equal(fisher.tensors.get('x')?.dtype, 'F32')
        t.ok(areNear(await values(fisher), expected, 1e-5), dtype)
      }
    })
  )
})

t.test('its file says what it is, and of how many samples', async t => {
  const chunks: Uint8Array[] = []
  const sink = {
    write: async (bytes: Uint8Array) => void chunks.push(bytes.slice()),
    commit: async () => {},
    discard: async () => {}
  }
  await writeSafetensors(averageSquares(experts([model('a', [1]), model('b', [3])])), sink)
  const file = Buffer.concat(chunks)
  const opened = await openSafetensors({
    name: 'fisher',
    sizeBytes: file.length,
    read: async (offset, length) => file.subarray(offset, offset + length),
    close: async () => {}
  })
  t.equal(opened.metadata.get('soup.kind'), 'fisher')
  t.equal(opened.metadata.get('soup.n'), '2')
  t.strictSame([...(await readFloats(opened, 'x'))], [5])
})

t.test('gradients that differ, are no floats, or are none are refused', async t => {
  const a = model('a', [1])
  t.throws(() => averageSquares(experts([a, model('b', [1, 2])])), { code: 'SOUP_MISMATCH' })
  t.throws(() => averageSquares(experts([a, memoryCheckpoint({ tensors: [] })])), {
    code: 'SOUP_MISMATCH'
  })
  t.throws(() => averageSquares(experts([raw('I32', [1], Int32Array.of(1))])), {
    code: 'SOUP_MISMATCH'
  })
  t.throws(() => averageSquares([]), RangeError)
})
