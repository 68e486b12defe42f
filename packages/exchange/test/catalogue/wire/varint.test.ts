import fc from 'fast-check'
import { test } from 'tap'
import { Reader } from '../../../src/catalogue/wire/reader.ts'
import { encodeVarint, readVarint } from '../../../src/catalogue/wire/varint.ts'

// By hand: base-128 digits, most significant first, high bit on all but the last.
const VECTORS: [number, string][] = [
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, '8100'], // 1 · 128 + 0
  [300, '822c'], // 2 · 128 + 44
  [16_383, 'ff7f'],
  [16_384, '818000'], // 1 · 128²
  [2 ** 32, '9080808000'], // 2³² = 16 · 128⁴
  [Number.MAX_SAFE_INTEGER, '8fffffffffffff7f'] // 53 bits: 4 and seven times 7
]

test('varints are encoded and read as computed by hand', async t => {
  for (const [value, hex] of VECTORS) {
    t.equal(Buffer.from(encodeVarint(value)).toString('hex'), hex)
    t.equal(readVarint(new Reader(Buffer.from(hex, 'hex'))), value)
  }
})

test('every safe integer survives the way there and back', async t => {
  fc.assert(
    fc.property(fc.maxSafeNat(), value => readVarint(new Reader(encodeVarint(value))) === value)
  )
  t.pass('for 100 numbers')
})

test('a varint that is cut off, padded, too long or too large is refused', async t => {
  for (const hex of [
    '',
    '80',
    '8001',
    '81',
    '90808080808080',
    '9080808080808000',
    'ffffffffffffffff7f'
  ]) {
    t.throws(() => readVarint(new Reader(Buffer.from(hex, 'hex'))), { name: 'WireError' }, hex)
  }
})

test('a negative number, a fraction and an unsafe integer are mistakes of the caller', async t => {
  for (const value of [-1, 0.5, 2 ** 53, NaN]) t.throws(() => encodeVarint(value), RangeError)
})
