import t from 'tap'
import { ByteReader } from '../src/byte-reader.ts'

async function* chunks(...sizes: number[]) {
  let next = 0
  for (const size of sizes) yield Uint8Array.from({ length: size }, () => next++)
}

t.test('take() crosses pieces and keeps the order', async t => {
  const reader = new ByteReader(chunks(3, 0, 4, 1))
  t.strictSame([...(await reader.take(2))], [0, 1])
  t.strictSame([...(await reader.take(0))], [])
  t.strictSame([...(await reader.take(5))], [2, 3, 4, 5, 6])
  t.strictSame([...(await reader.take(1))], [7])
  t.equal((await reader.take(0)).length, 0)
})

t.test('take() past the end throws', async t => {
  await t.rejects(new ByteReader(chunks(3)).take(4), {
    name: 'RangeError',
    message: /after 3 of 4 bytes/
  })
})

t.test('close() ends the stream', async t => {
  let ended = false
  async function* endless() {
    try {
      for (;;) yield new Uint8Array(1)
    } finally {
      ended = true
    }
  }
  const reader = new ByteReader(endless())
  await reader.take(1)
  await reader.close()
  t.ok(ended)
})
