import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { test } from 'tap'
import type { Item } from '../../../src/catalogue/negentropy/bound.ts'
import { ItemSet } from '../../../src/catalogue/negentropy/item-set.ts'

const id = (...bytes: number[]): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => bytes[i] ?? 0)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const item = (bytes: Uint8Array, timestamp = 0): Item => ({ timestamp, id: bytes })

test('fingerprints are as computed by hand', async t => {
  // sha256(32 zero bytes ‖ 00), sha256(01 00… ‖ 01), each cut to 16 bytes.
  t.equal(hex(new ItemSet([]).fingerprint(0, 0)), '7f9c9e31ac8256ca2f258583df262dbc')
  t.equal(hex(new ItemSet([item(id(1))]).fingerprint(0, 1)), '2e255099d6d6bee307c8e7075acc78f9')
  // (2²⁵⁶ − 1) + 1 + 2 = 2 mod 2²⁵⁶, so sha256(02 00… ‖ 03): the carry leaves at the top.
  const wraps = new ItemSet([item(new Uint8Array(32).fill(255)), item(id(1)), item(id(2))])
  t.equal(hex(wraps.fingerprint(0, 3)), '5e921e0b92723cbdb02d39d9035a1eba')
})

test('the fingerprint of any range is that of its ids summed as little-endian numbers', async t => {
  const ids = fc.uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }), {
    selector: hex,
    maxLength: 30
  })
  const number = (bytes: Uint8Array): bigint => BigInt(`0x${hex(Uint8Array.from(bytes).reverse())}`)
  fc.assert(
    fc.property(ids, fc.nat(30), fc.nat(30), (all, x, y) => {
      const set = new ItemSet(all.map(each => item(each)))
      const [begin, end] = [Math.min(x, y, set.size), Math.min(Math.max(x, y), set.size)]
      let sum = 0n
      for (let place = begin; place < end; place++) sum += number(set.at(place).id)
      const text = (sum % 2n ** 256n).toString(16).padStart(64, '0')
      const bytes = Uint8Array.from(Buffer.from(text, 'hex')).reverse()
      const hash = createHash('sha256')
        .update(bytes)
        .update(Uint8Array.of(end - begin))
      return hex(set.fingerprint(begin, end)) === hash.digest('hex').slice(0, 32)
    })
  )
  t.pass('for 100 ranges')
})

test('indexOf() finds the first item that is not before a bound', async t => {
  const set = new ItemSet([item(id(5), 1), item(id(1)), item(id(3))])
  t.equal(set.indexOf({ timestamp: 0, prefix: new Uint8Array(0) }), 0)
  t.equal(set.indexOf({ timestamp: 0, prefix: Uint8Array.of(2) }), 1)
  t.equal(set.indexOf({ timestamp: 0, prefix: Uint8Array.of(3) }), 1)
  t.equal(set.indexOf({ timestamp: 1, prefix: new Uint8Array(0) }), 2)
  t.equal(set.indexOf({ timestamp: Infinity, prefix: new Uint8Array(0) }), 3)
  t.throws(() => set.at(3), RangeError)
})
