import fc from 'fast-check'
import t from 'tap'
import { add8, add16, add32, subtract8, subtract16, subtract32 } from '../src/kernels.ts'

/** κ, difference and zigzag of n-bit patterns, as the format's page says it, in BigInts. */
function zigzagDifference(expert: bigint, base: bigint, n: bigint, isFloat: boolean): bigint {
  const top = 1n << (n - 1n)
  const mask = (1n << n) - 1n
  const key = (u: bigint) => (!isFloat ? u : u & top ? ~u & mask : u | top)
  const difference = BigInt.asIntN(Number(n), key(expert) - key(base))
  return (difference >= 0n ? 2n * difference : -2n * difference - 1n) & mask
}

const KERNELS = [
  [8, Uint8Array, subtract8, add8],
  [16, Uint16Array, subtract16, add16],
  [32, Uint32Array, subtract32, add32]
] as const

for (const [bits, ArrayType, subtract, add] of KERNELS) {
  t.test(`the kernels of ${bits} bits compute the format's formula and its inverse`, async t => {
    const pattern = fc.oneof(
      fc.nat(2 ** bits - 1),
      fc.constantFrom(0, 1, 2 ** (bits - 1) - 1, 2 ** (bits - 1), 2 ** bits - 1)
    )
    fc.assert(
      fc.property(pattern, pattern, fc.boolean(), (expert, base, isFloat) => {
        const planes = new Uint8Array(bits / 8)
        const floats = isFloat ? -1 : 0
        const run = subtract as (e: object, b: object, planes: Uint8Array, floats: number) => void
        const undo = add as (planes: Uint8Array, b: object, e: object, floats: number) => void
        run(ArrayType.of(expert), ArrayType.of(base), planes, floats)
        const z = planes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
        t.equal(z, zigzagDifference(BigInt(expert), BigInt(base), BigInt(bits), isFloat))
        const back = new ArrayType(1)
        undo(planes, ArrayType.of(base), back, floats)
        t.equal(back[0], expert)
      })
    )
  })
}
