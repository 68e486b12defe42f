import type { Values } from './values.ts'

/**
 * Orders elements by how much they changed: 0 where an element kept its value and its sign, else 1 plus the bits
 * of |θᵢ − θ₀| as an f32, which are ordered as the numbers are.
 */
export function changeRanks(expert: Values, base: Values): Uint32Array<ArrayBuffer> {
  const deltas = new Float32Array(base.length)
  for (let i = 0; i < deltas.length; i++) deltas[i] = expert[i]! - base[i]!
  const ranks = new Uint32Array(deltas.buffer)
  for (let i = 0; i < ranks.length; i++) {
    const [ours, theirs] = [expert[i]!, base[i]!]
    // 0 and −0 are equal, their reciprocals are not.
    const isSame = ours === theirs && (ours !== 0 || 1 / ours === 1 / theirs)
    ranks[i] = isSame ? 0 : (ranks[i]! & 0x7fff_ffff) + 1
  }
  return ranks
}

/** Which elements are chosen: those of a higher rank than the threshold, and the first `ties` of that rank. */
export interface Selection {
  threshold: number
  ties: number
}

/** Bits of a rank that the second look tells apart. */
const LOW_BITS = 15

/**
 * Finds the k elements that changed most, exactly and in bounded memory, by looking at all ranks twice: at their
 * upper halves, then at the lower halves of those that share the k-th one's upper half. Ties go to the first.
 *
 * @param ranks of all elements in order, in pieces; called once a look
 * @returns a selection of k elements, or of all that changed where they are fewer
 */
export async function selectTop(
  ranks: () => AsyncIterable<Uint32Array>,
  k: number
): Promise<Selection> {
  const high = new Float64Array(2 ** (31 - LOW_BITS))
  for await (const piece of ranks()) {
    for (let i = 0; i < piece.length; i++) if (piece[i] !== 0) high[piece[i]! >>> LOW_BITS]!++
  }
  const upper = kthLargest(high, k)
  if (upper === undefined) return { threshold: 0, ties: 0 }
  const low = new Float64Array(2 ** LOW_BITS)
  for await (const piece of ranks()) {
    for (let i = 0; i < piece.length; i++) {
      const rank = piece[i]!
      if (rank !== 0 && rank >>> LOW_BITS === upper.bin) low[rank & (low.length - 1)]!++
    }
  }
  const lower = kthLargest(low, upper.rest)!
  return { threshold: upper.bin * low.length + lower.bin, ties: lower.rest }
}

/** The bin that holds the k-th largest, and how many are taken from it; undefined where there are fewer. */
function kthLargest(bins: Float64Array, k: number): { bin: number; rest: number } | undefined {
  let rest = k
  for (let bin = bins.length - 1; bin >= 0; bin--) {
    if (bins[bin]! >= rest) return { bin, rest }
    rest -= bins[bin]!
  }
  return undefined
}

/**
 * Takes the chosen elements out of one piece after another.
 *
 * @returns for the ranks of the next piece the chosen positions, ascending
 */
export function selector({ threshold, ties }: Selection): (ranks: Uint32Array) => Uint32Array {
  let left = ties
  return ranks => {
    const positions = new Uint32Array(ranks.length)
    let count = 0
    for (let i = 0; i < ranks.length; i++) {
      const rank = ranks[i]!
      if (rank > threshold || (rank === threshold && left > 0)) {
        positions[count++] = i
        if (rank === threshold) left--
      }
    }
    return positions.subarray(0, count)
  }
}
