import fc from 'fast-check'
import t from 'tap'
import { pieceReader } from '../src/piece-reader.ts'
import { noise } from './fixtures.ts'

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let rest = bytes
  for (const size of sizes) {
    yield rest.slice(0, size)
    rest = rest.subarray(size)
  }
  yield rest.slice()
}

const info = (sizeBytes: number) => ({ name: 'x', dtype: 'U8', shape: [sizeBytes], sizeBytes })

t.test('bytes come in order however pieces and reads cut them', async () => {
  const sizes = fc.array(fc.nat(9), { maxLength: 9 })
  await fc.assert(
    fc.asyncProperty(sizes, sizes, async (pieces, reads) => {
      const bytes = noise(1, 100)
      const reader = pieceReader(info(100), cut(bytes, pieces))
      const got: Uint8Array[] = []
      for (const length of [...reads, 100 - reads.reduce((a, b) => a + b, 0)]) {
        const target = new Uint8Array(length)
        await reader.read(target)
        got.push(target)
      }
      return Buffer.compare(Buffer.concat(got), bytes) === 0
    }),
    { numRuns: 50 }
  )
})

t.test('more bytes than there are can not be read', async t => {
  const reader = pieceReader(info(4), cut(noise(1, 4), []))
  await t.rejects(reader.read(new Uint8Array(5)), RangeError)
  const short = pieceReader(info(8), cut(noise(1, 4), []))
  await t.rejects(short.read(new Uint8Array(8)), { message: 'tensor "x" has no more bytes' })
})

t.test('an abort ends a read with its reason', async t => {
  const reason = new Error('stop')
  const reader = pieceReader(info(4), cut(noise(1, 4), []))
  await t.rejects(reader.read(new Uint8Array(4), { signal: AbortSignal.abort(reason) }), reason)
})
