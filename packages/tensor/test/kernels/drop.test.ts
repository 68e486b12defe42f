import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { type DropKey, drop, dropKey } from '../../src/kernels/drop.ts'
import { inBlocks, PRECISIONS } from './blocks.ts'

/** Philox4x32-10 after its paper's pseudocode. */
function philox(counter: readonly number[], key: DropKey): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint]
  let [k0, k1] = key.map(BigInt) as [bigint, bigint]
  const mask = 0xffffffffn
  for (let round = 0; round < 10; round++) {
    const [p0, p1] = [c0 * 0xd2511f53n, c2 * 0xcd9e8d57n]
    ;[c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask]
    ;[k0, k1] = [(k0 + 0x9e3779b9n) & mask, (k1 + 0xbb67ae85n) & mask]
  }
  return [c0, c1, c2, c3].map(Number)
}

t.test("the reference generator gives Random123's known answers", async t => {
  t.strictSame(philox([0, 0, 0, 0], [0, 0]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8])
  const ones = 0xffffffff
  t.strictSame(
    philox([ones, ones, ones, ones], [ones, ones]),
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]
  )
})

/** The indices that are kept. */
function kept(
  { precision, array }: (typeof PRECISIONS)[number],
  length: number,
  first: number,
  key: DropKey,
  density: number
): number[] {
  const ones = Array.from({ length }, () => 1)
  const inputs = [array(ones), array(ones.map(() => 0))]
  const [result] = inBlocks(inputs, ([values, base]) =>
    drop(precision, values!, base!, length, first, key, density)
  )
  return [...result!].flatMap((value, i) => (value === 1 ? [first + i] : []))
}

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })

for (const kind of PRECISIONS) {
  t.test(`an element of ${kind.precision} is kept by its word of Philox alone`, async t => {
    const start = fc.oneof(fc.nat(100), fc.integer({ min: 2 ** 34 - 40, max: 2 ** 34 + 40 }))
    const input = fc.tuple(fc.nat(50), start, fc.tuple(word, word), fc.double({ min: 0, max: 1 }))
    fc.assert(
      fc.property(input, ([length, first, key, part]) => {
        const density = Number.isNaN(part) ? 0.5 : part
        const indices = Array.from({ length }, (_, i) => first + i)
        const expected = indices.filter(i => {
          const block = Math.floor(i / 4)
          const counter = [block % 2 ** 32, Math.floor(block / 2 ** 32), 0, 0]
          return philox(counter, key)[i % 4]! < Math.floor(density * 2 ** 32)
        })
        t.strictSame(kept(kind, length, first, key, density), expected)
      })
    )
  })
}

t.test('the key is the beginning of a SHA-256 over seed, expert and tensor', async t => {
  const digest = createHash('sha256').update('7:1:a.é').digest()
  t.strictSame(dropKey(7, 1, 'a.é'), [digest.readUInt32LE(0), digest.readUInt32LE(4)])
  t.equal(new Set([dropKey(7, 1, 'x'), dropKey(7, 0, 'x'), dropKey(6, 1, 'x')].map(String)).size, 3)
})
