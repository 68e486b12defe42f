import fc from 'fast-check'
import t from 'tap'
import { type AffineDtype, affine, isAffineDtype } from '../../src/kernels/affine.ts'
import { BLOCK_BYTES, returnBlocks, takeBlocks } from '../../src/kernels/memory.ts'
import { reference } from '../float-reference.ts'

const { fround } = Math
const DTYPES: readonly AffineDtype[] = ['BF16', 'F16', 'F32', 'F64']
const WIDTH = { BF16: 2, F16: 2, F32: 4, F64: 8 }

/** Takes bytes through blocks; undefined where the kernel says that something is not finite. */
function combined(
  dtype: AffineDtype,
  terms: readonly Uint8Array[],
  lambda: readonly number[]
): Uint8Array | undefined {
  const blocks = takeBlocks(terms.length + 1)
  for (const [k, term] of terms.entries()) {
    blocks[k]!.bytes.fill(0xff) // what lay there before, a NaN
    blocks[k]!.bytes.set(term)
  }
  const out = blocks.at(-1)!
  const sizeBytes = terms[0]!.length
  const isDone = affine(dtype, blocks.slice(0, -1), lambda, out, sizeBytes)
  const result = isDone ? out.bytes.slice(0, sizeBytes) : undefined
  returnBlocks(blocks)
  return result
}

/** The formula, operation by operation, in the dtype that it is computed in. */
function formula(
  terms: readonly (readonly number[])[],
  lambda: readonly number[],
  round: (x: number) => number
): number[] {
  const [first, ...others] = terms
  return first!.map((r, i) => {
    const sum = others.reduce(
      (partial, term, k) => round(partial + round(round(lambda[k + 1]!) * round(term[i]! - r))),
      0
    )
    return sum === 0 ? r : round(sum + r)
  })
}

function expected(
  dtype: AffineDtype,
  terms: readonly Uint8Array[],
  lambda: readonly number[]
): Uint8Array | undefined {
  const isWide = dtype === 'F64'
  const decode = (bytes: Uint8Array): number[] =>
    isWide ? [...new Float64Array(bytes.slice().buffer)] : [...reference(dtype).decode(bytes)]
  const values = terms.map(decode)
  const result = formula(values, lambda, isWide ? x => x : fround)
  const looked = dtype === 'F16' ? [...values.flat(), ...result] : result
  if (!looked.every(Number.isFinite)) return undefined
  if (isWide) return new Uint8Array(Float64Array.from(result).buffer)
  return reference(dtype).encode(Float32Array.from(result))
}

function pieces(dtype: AffineDtype, length: number, count: number): fc.Arbitrary<Uint8Array[]> {
  const sizeBytes = length * WIDTH[dtype]
  const piece = fc.uint8Array({ minLength: sizeBytes, maxLength: sizeBytes })
  return fc.array(piece, { minLength: count, maxLength: count })
}

for (const dtype of DTYPES) {
  t.test(`affine() gives the bits of its formula in ${dtype}`, async t => {
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
      t.strictSame(combined(dtype, terms, lambda), expected(dtype, terms, lambda))
    }
    fc.assert(fc.property(input, agree), { numRuns: 1_000 })
  })
}

for (const dtype of ['BF16', 'F16'] as const) {
  t.test(`every finite ${dtype} passes through decoding and rounding as it is`, async t => {
    const all = Uint16Array.from({ length: 65_536 }, (_, bits) => bits)
    const values = reference(dtype).decode(new Uint8Array(all.buffer))
    const finite = all.filter((_, i) => Number.isFinite(values[i]) && !Object.is(values[i], -0))
    const term = new Uint8Array(finite.buffer)
    const zero = new Uint8Array(term.length)
    t.strictSame(combined(dtype, [zero, term], [0, 1]), term)
    t.strictSame(combined(dtype, [term, term], [0.5, 0.5]), term)
  })

  t.test(`sums between two ${dtype} are rounded to nearest even`, async t => {
    const all = Uint16Array.from({ length: 0x7c00 }, (_, bits) => bits)
    const next = all.map(bits => bits + 1)
    for (const part of [0.25, 0.5, 0.75, 0.50001, 0.49999]) {
      const terms = [new Uint8Array(all.buffer), new Uint8Array(next.buffer)]
      const lambda = [1 - part, part]
      const last = terms.map(term => term.subarray(0, -2))
      t.strictSame(combined(dtype, last, lambda), expected(dtype, last, lambda))
    }
  })
}

t.test('an element that is not finite is left to the caller, wherever it stands', async t => {
  const encode = (values: Float32Array) => reference('F32').encode(values)
  const piece = encode(Float32Array.of(1, 2, 3, 4, 5))
  for (const bad of [Number.NaN, Infinity, -Infinity]) {
    for (let at = 0; at < 5; at++) {
      const values = Float32Array.of(1, 2, 3, 4, 5)
      values[at] = bad
      t.equal(combined('F32', [piece, encode(values)], [0.5, 0.5]), undefined)
    }
  }
})

t.test(
  "a whole block, and nothing, can be combined; the result may take a term's place",
  async t => {
    const [a, b] = takeBlocks(2)
    a!.bytes.fill(0x3c)
    b!.bytes.fill(0x3d)
    t.ok(affine('BF16', [a!, b!], [0, 1], a!, BLOCK_BYTES))
    t.ok(Buffer.compare(a!.bytes, b!.bytes) === 0)
    t.ok(affine('BF16', [a!, b!], [0, 1], a!, 0))
    returnBlocks([a!, b!])
  }
)

t.test('isAffineDtype() knows what the kernels compute with', async t => {
  t.strictSame(['BF16', 'F16', 'F32', 'F64', 'F8_E4M3', 'toString'].filter(isAffineDtype), DTYPES)
})
