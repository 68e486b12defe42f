import t from 'tap'
import { readInto } from '../src/read-into.ts'
import { source } from './fixtures.ts'

const BYTES = Uint8Array.of(1, 2, 3, 4)

t.test('a source that can is asked to fill the buffer itself', async t => {
  const target = new Uint8Array(2)
  const filling = {
    ...source(BYTES),
    read: () => t.fail('must not copy') as never,
    readInto: async (offset: number, into: Uint8Array) => void into.set(BYTES.subarray(offset, 3))
  }
  await readInto(filling, 1, target)
  t.strictSame(target, Uint8Array.of(2, 3))
})

t.test('what any other source returns is copied; too few bytes are an error', async t => {
  const target = new Uint8Array(2)
  await readInto(source(BYTES), 2, target)
  t.strictSame(target, Uint8Array.of(3, 4))
  const short = { ...source(BYTES), read: async () => new Uint8Array(1) }
  await t.rejects(readInto(short, 0, target), { message: 'a.safetensors gave 1 of 2 bytes' })
})
