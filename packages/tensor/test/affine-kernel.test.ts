import fc from 'fast-check'
import t from 'tap'
import { affineCombination, isKernelDtype, type KernelDtype } from '../src/affine-kernel.ts'
import { floatCodec } from '../src/float-codec.ts'

const { fround } = Math
const DTYPES: readonly KernelDtype[] = ['BF16', 'F16', 'F32']

/** The formula in plain JavaScript, operation by operation; undefined where it leaves the finite numbers. */
function reference(
  dtype: KernelDtype,
  terms: readonly Uint8Array[],
  lambda: readonly number[]
): Uint8Array | undefined {
  const [first, ...others] = terms.map(term => floatCodec(dtype).decode(term))
  const result = first!.map((r, i) => {
    const sum = others.reduce(
      (partial, term, k) => fround(partial + fround(fround(lambda[k + 1]!) * fround(term[i]! - r))),
      0
    )
    return sum === 0 ? r : fround(sum + r)
  })
  return result.every(Number.isFinite) ? floatCodec(dtype).encode(result) : undefined
}

function pieces(dtype: KernelDtype, length: number, count: number): fc.Arbitrary<Uint8Array[]> {
  const sizeBytes = length * (dtype === 'F32' ? 4 : 2)
  const piece = fc.uint8Array({ minLength: sizeBytes, maxLength: sizeBytes })
  return fc.array(piece, { minLength: count, maxLength: count })
}

for (const dtype of DTYPES) {
  t.test(`affineCombination() gives the bits of its formula in ${dtype}`, async t => {
    const input = fc
      .record({ length: fc.nat(40), count: fc.integer({ min: 1, max: 6 }) })
      .chain(({ length, count }) =>
        fc.tuple(
          pieces(dtype, length, count),
          fc.array(fc.double({ min: -3, max: 3, noNaN: true }), {
            minLength: count,
            maxLength: count
          })
        )
      )
    const agree = ([terms, lambda]: [Uint8Array[], number[]]) => {
      t.strictSame(affineCombination(dtype, terms, lambda), reference(dtype, terms, lambda))
    }
    fc.assert(fc.property(input, agree), { numRuns: 2_000 })
  })
}

for (const dtype of ['BF16', 'F16'] as const) {
  t.test(`every finite ${dtype} passes through decoding and rounding as it is`, async t => {
    const all = Uint16Array.from({ length: 65_536 }, (_, bits) => bits)
    const { decode } = floatCodec(dtype)
    const values = decode(new Uint8Array(all.buffer))
    const finite = all.filter((_, i) => Number.isFinite(values[i]) && !Object.is(values[i], -0))
    const term = new Uint8Array(finite.buffer)
    const zero = new Uint8Array(term.length)
    t.strictSame(affineCombination(dtype, [zero, term], [0, 1]), term)
    t.strictSame(affineCombination(dtype, [term, term], [0.5, 0.5]), term)
  })

  t.test(`sums between two ${dtype} are rounded to nearest even`, async t => {
    const all = Uint16Array.from({ length: 0x7c00 }, (_, bits) => bits)
    const next = all.map(bits => bits + 1)
    for (const part of [0.25, 0.5, 0.75, 0.50001, 0.49999]) {
      const terms = [new Uint8Array(all.buffer), new Uint8Array(next.buffer)]
      const lambda = [1 - part, part]
      const last = terms.map(term => term.subarray(0, -2))
      t.strictSame(affineCombination(dtype, last, lambda), reference(dtype, last, lambda))
    }
  })
}

t.test('an element that is not finite is left to the caller, wherever it stands', async t => {
  const piece = floatCodec('F32').encode(Float32Array.of(1, 2, 3, 4, 5))
  for (const bad of [Number.NaN, Infinity, -Infinity]) {
    for (let at = 0; at < 5; at++) {
      const values = Float32Array.of(1, 2, 3, 4, 5)
      values[at] = bad
      const other = floatCodec('F32').encode(values)
      t.equal(affineCombination('F32', [piece, other], [0.5, 0.5]), undefined)
    }
  }
})

t.test('pieces of any size and number fit, also after larger ones', async t => {
  const [large, small] = [new Uint8Array(3 << 20).fill(0x3c), new Uint8Array(6).fill(0x3d)]
  t.equal(affineCombination('BF16', [large, large, large], [0.2, 0.3, 0.5])?.length, large.length)
  t.strictSame(affineCombination('BF16', [small], [1]), small)
  t.strictSame(affineCombination('BF16', [new Uint8Array()], [1]), new Uint8Array())
})

t.test('isKernelDtype() knows what the kernels compute with', async t => {
  t.strictSame(['BF16', 'F16', 'F32', 'F64', 'toString'].filter(isKernelDtype), DTYPES)
})
