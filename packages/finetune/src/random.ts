/** A stream of pseudo-random numbers, the same on every machine and engine. */
export interface RandomStream {
  /** @returns an integer in [0, 2³²) */
  uint32(): number
  /** @returns a multiple of 2⁻³² in [0, 1) */
  uniform(): number
  /** @returns a draw from N(0, 1) */
  gaussian(): number
}

/**
 * Opens the stream that belongs to a list of integers; different lists give unrelated streams, so that
 * every use has its own: `randomStream(seed, iteration, direction)`. Not for secrets.
 *
 * Integers: xoshiro128** 1.1 (Blackman and Vigna, https://prng.di.unimi.it/xoshiro128starstar.c). Normal
 * draws: the polar method (Marsaglia and Bray 1964, SIAM Review 6). Only operations that IEEE 754
 * rounds exactly are used; `Math.log` and the like may differ between engines in the last bit.
 *
 * @param keys integers in [0, 2³²), at least one
 * @throws {RangeError} for another number
 */
export function randomStream(...keys: readonly number[]): RandomStream {
  const next = xoshiro(hashKeys(keys))
  let spare: number | undefined
  return {
    uint32: next,
    uniform: () => next() / TWO_TO_32,
    gaussian() {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      const [first, second] = polarPair(next)
      spare = second
      return first
    }
  }
}

const TWO_TO_32 = 0x1_0000_0000

/** Hashes keys to four words, each through MurmurHash3's 32-bit finaliser from a start of its own. */
function hashKeys(keys: readonly number[]): Uint32Array {
  const bad = keys.find(key => !Number.isInteger(key) || key < 0 || key >= TWO_TO_32)
  if (keys.length === 0 || bad !== undefined) {
    throw new RangeError(`random stream: keys must be integers in [0, 2^32), got ${bad ?? 'none'}`)
  }
  return Uint32Array.from([1, 2, 3, 4], lane =>
    [keys.length, ...keys].reduce(
      (hash, key) => mix((Math.imul(hash, 5) + GOLDEN) ^ key),
      Math.imul(lane, GOLDEN)
    )
  )
}

// 2^32 / golden ratio, odd: spreads small integers over all bits.
const GOLDEN = 0x9e3779b9

function mix(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits))

function xoshiro([w0 = 0, w1 = 0, w2 = 0, w3 = 0]: Uint32Array): () => number {
  let [a, b, c, d] = [w0, w1, w2, w3]
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return result
  }
}

/** Two independent normal draws from a point drawn in the unit disc. */
function polarPair(next: () => number): [number, number] {
  for (;;) {
    // Odd multiples of 2^-32 within (-1, 1): symmetric, never 0.
    const u = (2 * next() + 1) / TWO_TO_32 - 1
    const v = (2 * next() + 1) / TWO_TO_32 - 1
    const s = u * u + v * v
    if (s < 1) {
      const factor = Math.sqrt((-2 * naturalLog(s)) / s)
      return [u * factor, v * factor]
    }
  }
}

/**
 * ln s = ln m − k·ln 2 with s = m·2⁻ᵏ and m in [1/√2, √2), from ln m = 2·artanh z, z = (m − 1)/(m + 1),
 * and the series of artanh up to z¹⁷: |z| < 0.172, so the rest is below 10⁻¹⁵.
 */
function naturalLog(s: number): number {
  let m = s
  let k = 0
  for (; m < Math.SQRT1_2; k++) m *= 2
  const z = (m - 1) / (m + 1)
  const zz = z * z
  let sum = 0
  for (let power = 17; power >= 1; power -= 2) sum = sum * zz + 1 / power
  return 2 * z * sum - k * Math.LN2
}
