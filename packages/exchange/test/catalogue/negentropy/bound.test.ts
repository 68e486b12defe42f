import { test } from 'tap'
import {
  type Bound,
  BoundCodec,
  boundBetween,
  compareBounds,
  compareItems,
  INFINITE_BOUND,
  ZERO_BOUND
} from '../../../src/catalogue/negentropy/bound.ts'
import { MAX_TIMESTAMP } from '../../../src/catalogue/negentropy/limits.ts'
import { Reader } from '../../../src/catalogue/wire/reader.ts'

const id = (...bytes: number[]): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => bytes[i] ?? 0)
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

test('bounds are written as distances of timestamps, as computed by hand', async t => {
  // timestamp 5 → 1 + 5 = 06, no prefix; then 5 again → 1 + 0 = 01, prefix aa bb; then infinity → 00.
  const bounds: Bound[] = [
    { timestamp: 5, prefix: new Uint8Array(0) },
    { timestamp: 5, prefix: Uint8Array.of(0xaa, 0xbb) },
    INFINITE_BOUND
  ]
  const codec = new BoundCodec()
  const encoded = Uint8Array.from(Buffer.concat(bounds.flatMap(bound => codec.encode(bound))))
  t.equal(Buffer.from(encoded).toString('hex'), '0600' + '0102aabb' + '0000')
  const reader = new Reader(encoded)
  const decoder = new BoundCodec()
  for (const bound of bounds) t.strictSame(decoder.read(reader), bound)
})

test('a bound with a prefix of more than 32 bytes, or a timestamp too late, is refused', async t => {
  t.throws(() => new BoundCodec().read(new Reader(bytes('0121'))), { name: 'WireError' })
  const codec = new BoundCodec()
  const late = new Reader(bytes('8fffffffffffff7f00' + '0200'))
  t.equal(codec.read(late).timestamp, MAX_TIMESTAMP)
  t.throws(() => codec.read(late), { name: 'WireError' })
})

test('the bound between two items is the shortest that parts them', async t => {
  const between = (a: Uint8Array, b: Uint8Array, ta = 0, tb = 0): Bound =>
    boundBetween({ timestamp: ta, id: a }, { timestamp: tb, id: b })
  t.strictSame(between(id(9), id(1), 3, 4), { timestamp: 4, prefix: new Uint8Array(0) })
  t.strictSame(between(id(1), id(2)).prefix, Uint8Array.of(2))
  t.strictSame(between(id(1, 1), id(1, 2)).prefix, Uint8Array.of(1, 2))
})

test('items are ordered by timestamp, then by id; bounds alike, with zero bytes appended', async t => {
  t.ok(compareItems({ timestamp: 1, id: id(9) }, { timestamp: 2, id: id(0) }) < 0)
  t.ok(compareItems({ timestamp: 1, id: id(0, 1) }, { timestamp: 1, id: id(0, 2) }) < 0)
  t.equal(compareBounds(ZERO_BOUND, { timestamp: 0, prefix: Uint8Array.of(0, 0) }), 0)
  t.ok(compareBounds(ZERO_BOUND, INFINITE_BOUND) < 0)
  t.equal(compareBounds(INFINITE_BOUND, INFINITE_BOUND), 0)
})
