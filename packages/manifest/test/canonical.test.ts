import { encode } from '@ipld/dag-cbor'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import t from 'tap'
import { decodeCanonical, isMap } from '../src/canonical.ts'
import { base } from './fixtures.ts'

t.test('decodeCanonical() reads whatever the canonical encoder writes', async t => {
  const value = fc.jsonValue({ maxDepth: 6 }).map(v => JSON.parse(JSON.stringify(v)))
  const reads = (v: unknown): boolean =>
    Buffer.compare(encode(decodeCanonical(encode(v))), encode(v)) === 0
  t.doesNotThrow(() => fc.assert(fc.property(value, reads)))
  const link = CID.parse(base.base)
  t.same(decodeCanonical(encode({ link, bytes: new Uint8Array([1]) })), {
    link,
    bytes: new Uint8Array([1])
  })
})

t.test(
  'decodeCanonical() refuses every other encoding (RFC 8949, appendix A, and more)',
  async t => {
    const wrong: Record<string, string> = {
      '': 'nothing',
      '1817': 'an integer in more bytes than it needs',
      f93c00: 'a half float',
      fa47c35000: 'a single float',
      fb3ff0000000000000: 'an integral value as a float',
      fb8000000000000000: '-0',
      f97e00: 'NaN as a half float',
      fb7ff8000000000000: 'NaN',
      fb7ff0000000000000: 'infinity',
      f7: 'undefined',
      f0: 'a simple value',
      c074323031332d30332d32315432303a30343a30305a: 'another tag',
      '5f42010243030405ff': 'bytes of no stated length',
      '9f0102ff': 'a list of no stated length',
      a2616201616101: 'map keys in another order',
      a2616101616102: 'a key twice',
      a10102: 'a key that is no text',
      '61ff': 'text that is not UTF-8',
      '0101': 'two items',
      '8201': 'a list that ends early',
      '42': 'bytes that end early',
      '1bffffffffffffffff': 'an integer beyond 2^53',
      '3bffffffffffffffff': 'an integer below -2^53',
      '9bffffffffffffffff': 'a list of 2^64 items',
      '5bffffffffffffffff': '2^64 bytes',
      bbffffffffffffffff: 'a map of 2^64 entries',
      d82a: 'a link that ends early',
      d82a41ff: 'a link to nothing',
      fc: 'a reserved head'
    }
    for (const [hex, title] of Object.entries(wrong)) {
      t.throws(() => decodeCanonical(Buffer.from(hex, 'hex')), { name: 'CanonicalError' }, title)
    }
  }
)

t.test('decodeCanonical() stops at its limits before it builds anything', async t => {
  t.doesNotThrow(() =>
    decodeCanonical(Buffer.concat([new Uint8Array(15).fill(0x81), Buffer.from('80', 'hex')]))
  )
  t.throws(() => decodeCanonical(new Uint8Array(4_000_000).fill(0x81)), /nesting/)
  const wide = new Uint8Array(1_000_005).fill(0x80)
  wide.set([0x9a, 0, 0x0f, 0x42, 0x40])
  t.throws(() => decodeCanonical(wide), /items/)
})

t.test('isMap() tells maps from lists, bytes, links and null', async t => {
  t.ok(isMap({}))
  t.ok(isMap(Object.create(null)))
  for (const value of [null, [], new Uint8Array(), CID.parse(base.base), 'x', 1, undefined]) {
    t.notOk(isMap(value))
  }
})
