/** The arrays that soups compute in: f32, and f64 for F64 tensors. */
export type Values = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

/**
 * Combines one piece of a float tensor:
 *
 *     θ(λ) = θ_r + Σ_{i≠r} λᵢ · (θᵢ − θ_r),    Σᵢ λᵢ = 1 over all terms
 *
 * The reference r is the first term. Every operation, and every λᵢ, is rounded to the precision of the
 * arrays, in the order of the terms. Where the terms agree, the result is the reference bit for bit,
 * NaN payloads and −0 included. Where the formula leaves the finite numbers (an infinity among the
 * terms, a difference too large), the plain sum Σᵢ λᵢ·θᵢ takes its place: −∞ in a term gives −∞ and
 * not NaN. A NaN that is computed is the positive quiet one.
 *
 * @param terms at least one array, all of one type and length, not mutated
 * @param lambda one coefficient a term
 * @returns a fresh array of the same type
 */
export function combine<T extends Values>(terms: readonly T[], lambda: readonly number[]): T {
  const reference = terms[0]!
  const result = reference.slice().fill(0) as T
  for (let k = 1; k < terms.length; k++) {
    accumulate(result, terms[k]!, reference, lambda[k]!)
  }
  addReference(result, reference)
  for (let i = 0; i < result.length; i++) {
    // x − x is 0 for finite x alone.
    if (result[i]! - result[i]! !== 0) combineExceptional(terms, lambda, result, i)
  }
  return result
}

/** sum += λ · (θᵢ − θ_r). */
function accumulate(sum: Values, values: Values, reference: Values, lambda: number): void {
  if (sum instanceof Float32Array) accumulate32(sum, values, reference, Math.fround(lambda))
  else accumulate64(sum, values, reference, lambda)
}

function accumulate32(sum: Values, values: Values, reference: Values, lambda: number): void {
  for (let i = 0; i < sum.length; i++) {
    sum[i]! += Math.fround(lambda * Math.fround(values[i]! - reference[i]!))
  }
}

function accumulate64(sum: Values, values: Values, reference: Values, lambda: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += lambda * (values[i]! - reference[i]!)
}

/** sum += θ_r; where nothing is added the reference stays as it is, for −0 + 0 would be 0. */
function addReference(sum: Values, reference: Values): void {
  for (let i = 0; i < sum.length; i++) {
    sum[i] = sum[i] === 0 ? reference[i]! : sum[i]! + reference[i]!
  }
}

/** One element where the formula gives no finite number. */
function combineExceptional(
  terms: readonly Values[],
  lambda: readonly number[],
  result: Values,
  at: number
): void {
  const round = result instanceof Float32Array ? Math.fround : (value: number) => value
  const patterns = terms.map(values => elementBytes(values, at))
  if (patterns.every(pattern => Buffer.compare(pattern, patterns[0]!) === 0)) {
    elementBytes(result, at).set(patterns[0]!)
    return
  }
  const plain = terms.reduce(
    (sum, values, k) => round(sum + round(round(lambda[k]!) * values[at]!)),
    0
  )
  result[at] = plain
  // Which NaN an operation gives differs between processors; the soup's bytes must not.
  if (Number.isNaN(plain))
    elementBytes(result, at).set(result instanceof Float32Array ? NAN_32 : NAN_64)
}

const NAN_32 = Uint8Array.of(0, 0, 0xc0, 0x7f)
const NAN_64 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x7f)

function elementBytes({ buffer, byteOffset, BYTES_PER_ELEMENT }: Values, at: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset + at * BYTES_PER_ELEMENT, BYTES_PER_ELEMENT)
}
