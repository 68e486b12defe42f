import { memorySpool, readPieces } from '@soup/tensor'
import t from 'tap'
import { spooledCheckpoint, spooledPieces } from '../src/spooled.ts'
import { collect } from './fixtures.ts'

t.test('a tensor is its head and what lies behind its offset, from any byte on', async t => {
  const spool = memorySpool()
  await spool.append(Uint8Array.of(9, 9, 3, 4, 5, 9))
  const info = { name: 'x', dtype: 'U8', shape: [5], sizeBytes: 5 }
  const spooled = new Map([['x', { info, head: Uint8Array.of(1, 2), offset: 2 }]])
  const made = spooledCheckpoint('s', new Map([['a', 'b']]), spooled, spool)
  t.strictSame([...(await collect(readPieces(made, 'x')))], [1, 2, 3, 4, 5])
  for (const from of [0, 1, 2, 3, 5]) {
    const target = new Uint8Array(5 - from)
    await made.open('x', from).read(target)
    t.strictSame([...target], [1, 2, 3, 4, 5].slice(from))
  }
  t.strictSame([...made.metadata], [['a', 'b']])
  t.throws(() => made.open('y'), RangeError)
  await made.close()
})

t.test('spooledPieces() puts a table before the pieces', async t => {
  t.strictSame(spooledPieces('x', [2, 1], 5), {
    info: { name: 'x', dtype: 'U8', shape: [11], sizeBytes: 11 },
    head: Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0),
    offset: 5
  })
})
