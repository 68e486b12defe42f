import { type Matrix, matrix } from './matrix.ts'

/** Uniform numbers that make a normal one, and words of 32 bits that hold them. */
const UNIFORMS = 12
const WORDS = UNIFORMS / 2

/** 2³² divided by the golden ratio, odd: spreads small integers over all bits. */
const GOLDEN = 0x9e3779b9

/**
 * A random test matrix for sketches: element i depends on the seed and i alone.
 *
 * Each element is the sum of 12 uniform numbers in steps of 2⁻¹⁶, less its mean: variance 1, and normal up to the tails
 * beyond 3σ (Irwin–Hall). A sketch needs no more than independent entries of light tails, and sums are exact on every
 * machine, which a logarithm is not. Not for secrets.
 *
 * @param seed an integer in [0, 2³²)
 * @returns row-major
 * @throws {RangeError} for another seed
 */
export function randomMatrix(seed: number, rows: number, columns: number): Matrix {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new RangeError(`a seed is an integer in [0, 2^32), got ${seed}`)
  }
  const start = finalise(Math.imul(seed + 1, GOLDEN))
  const result = matrix(rows, columns)
  for (let i = 0; i < result.values.length; i++) result.values[i] = normal(start, i)
  return result
}

function normal(start: number, index: number): number {
  let sum = 0
  for (let word = 0; word < WORDS; word++) {
    const bits = finalise(start ^ finalise(Math.imul(index * WORDS + word + 1, GOLDEN)))
    sum += (bits & 0xffff) + (bits >>> 16) + 1
  }
  return sum / 2 ** 16 - UNIFORMS / 2
}

/** MurmurHash3's 32-bit finaliser: every bit of the result depends on every bit given. */
function finalise(bits: number): number {
  let hash = bits ^ (bits >>> 16)
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
