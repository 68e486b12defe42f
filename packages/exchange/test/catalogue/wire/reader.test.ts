import { test } from 'tap'
import { Reader } from '../../../src/catalogue/wire/reader.ts'

test('a reader takes bytes in order and says what is left', async t => {
  const reader = new Reader(Uint8Array.of(1, 2, 3, 4))
  t.equal(reader.byte(), 1)
  t.strictSame([...reader.take(2)], [2, 3])
  t.equal(reader.left, 1)
  t.strictSame([...reader.rest()], [4])
  t.ok(reader.isDone)
})

test('a reader does not go past the end', async t => {
  const reader = new Reader(Uint8Array.of(1))
  t.throws(() => reader.take(2), { name: 'WireError', message: /2 bytes expected, 1 left/ })
  t.equal(reader.byte(), 1)
  t.throws(() => reader.byte(), { name: 'WireError' })
})
