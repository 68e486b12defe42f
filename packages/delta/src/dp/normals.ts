/**
 * A source of random bytes; for privacy one that nobody can predict, such as `randomFillSync` of node:crypto.
 *
 * @param bytes filled before it returns
 */
export type RandomFill = (bytes: Uint8Array) => void

/** Bytes that are drawn at a time. */
const DRAWN_BYTES = 2 ** 16

/** Units of a uniform number: f64 holds 53 bits. */
const UNIFORM_BITS = 53

/**
 * Standard normal deviates by Box and Muller (1958), from two uniform numbers of 53 bits for each two:
 *
 *     √(−2 ln u) · cos(2πv), √(−2 ln u) · sin(2πv),  u in (0, 1], v in [0, 1)
 *
 * No deviate is larger than √(106 ln 2) = 8.57; a true one is with probability 1e-17.
 *
 * @returns draws the next one; 8 random bytes each
 */
export function normals(random: RandomFill): () => number {
  const words = new Uint32Array(DRAWN_BYTES / 4)
  const bytes = new Uint8Array(words.buffer)
  let at = words.length
  const uniform = () => {
    if (at === words.length) {
      random(bytes)
      at = 0
    }
    const high = words[at++]! >>> 5
    const low = words[at++]! >>> 6
    return (high * 2 ** 26 + low) / 2 ** UNIFORM_BITS
  }
  let spare: number | undefined
  return () => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
    const angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}
