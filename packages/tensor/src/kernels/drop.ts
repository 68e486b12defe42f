import { createHash } from 'node:crypto'
import type { Precision } from './elect.ts'
import { type Block, kernel } from './memory.ts'

/** The two words of Philox's key. */
export type DropKey = readonly [number, number]

const KERNELS = { F32: kernel('dropF32'), F64: kernel('dropF64') }

/**
 * The key of one tensor of one expert: the first eight bytes of the SHA-256 of the text `seed:expert:tensor` in
 * UTF-8 (numbers in decimal), as two little-endian words.
 *
 * @param seed a whole number from 0 to 2⁵³ − 1
 * @param expert the expert's place among the ingredients, from 0 on
 * @param tensor the tensor's name
 */
export function dropKey(seed: number, expert: number, tensor: string): DropKey {
  const digest = createHash('sha256').update(`${seed}:${expert}:${tensor}`).digest()
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)]
}

/**
 * Sets random elements back to the base (DARE, arXiv 2311.03099: m ~ Bernoulli(p), p = 1 − density; without the
 * rescaling).
 *
 * Element i is kept where word i mod 4 of Philox4x32-10 (Salmon et al. 2011) with this key and the counter
 * (⌊i/4⌋ mod 2³², ⌊i/2³⁴⌋, 0, 0) is below ⌊density · 2³²⌋. So it depends on the key and i alone, not on the block that
 * it lies in.
 *
 * @param values the expert's elements of `precision`, overwritten
 * @param base θ₀'s, not mutated
 * @param length number of elements, at most a block's
 * @param first index of the first of them in its tensor
 * @param density which part to keep, in [0, 1]
 */
export function drop(
  precision: Precision,
  values: Block,
  base: Block,
  length: number,
  first: number,
  key: DropKey,
  density: number
): void {
  const limit = Math.floor(density * 2 ** 32)
  if (limit === 2 ** 32) return
  KERNELS[precision](values.address, base.address, length, first, key[0], key[1], limit)
}
