import { memorySpool, readPieces } from '@soup/tensor'
import t from 'tap'
import { spooledPayload, tableOf } from '../src/payload.ts'
import { collect } from './fixtures.ts'

t.test(
  'a stored tensor reads as its table and its part of the spool, from any byte on',
  async t => {
    const spool = memorySpool()
    await spool.append(Uint8Array.of(1, 2, 3, 4, 5))
    const stored = new Map([['x', { table: tableOf([2, 1]), offset: 1, storedBytes: 3 }]])
    const payload = spooledPayload('p', new Map([['a', 'b']]), stored, spool)
    t.strictSame(payload.tensors.get('x'), { name: 'x', dtype: 'U8', shape: [11], sizeBytes: 11 })
    const whole = [2, 0, 0, 0, 1, 0, 0, 0, 2, 3, 4]
    t.strictSame([...(await collect(readPieces(payload, 'x')))], whole)
    for (const offset of [3, 8, 9]) {
      const rest = new Uint8Array(11 - offset)
      await payload.open('x', offset).read(rest)
      t.strictSame([...rest], whole.slice(offset))
    }
    t.throws(() => payload.open('y'), RangeError)
  }
)
