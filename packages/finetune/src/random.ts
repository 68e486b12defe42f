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
 * every use has its own: `randomStream(seed, iteration, direction)`.
 *
 * @param keys integers in [0, 2³²), at least one
 * @throws {RangeError} for another number
 */
export function randomStream(...keys: readonly number[]): RandomStream {
  throw new Error(`not written yet: ${keys}`)
}
