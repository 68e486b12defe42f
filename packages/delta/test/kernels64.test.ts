import fc from 'fast-check'
import t from 'tap'
import { add64, subtract64 } from '../src/kernels64.ts'

/** κ, difference and zigzag of 64-bit patterns, as the format's page says it, in BigInts. */
function zigzagDifference(expert: bigint, base: bigint, isFloat: boolean): bigint {
  const key = (u: bigint) => (!isFloat ? u : BigInt.asUintN(64, u >> 63n ? ~u : u | (1n << 63n)))
  const difference = BigInt.asIntN(64, key(expert) - key(base))
  return BigInt.asUintN(64, difference >= 0n ? 2n * difference : -2n * difference - 1n)
}

t.test("the kernels of 64 bits compute the format's formula and its inverse", async t => {
  const edges = [
    0n,
    1n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 63n + 2n ** 32n,
    2n ** 64n - 1n
  ]
  const pattern = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(...edges))
  fc.assert(
    fc.property(pattern, pattern, fc.boolean(), (expert, base, isFloat) => {
      const planes = new Uint8Array(8)
      const words = (value: bigint) => new Uint32Array(BigUint64Array.of(value).buffer)
      subtract64(words(expert), words(base), planes, isFloat ? -1 : 0)
      t.equal(new BigUint64Array(planes.buffer)[0], zigzagDifference(expert, base, isFloat))
      const back = new Uint32Array(2)
      add64(planes, words(base), back, isFloat ? -1 : 0)
      t.equal(new BigUint64Array(back.buffer)[0], expert)
    }),
    { numRuns: 500 }
  )
})
