import type { FloatDtype } from '@soup/tensor'
import { MAX_VALUES, type Values, visitValues } from './values.ts'

const scratch = new Float32Array(MAX_VALUES)
const scratchBits = new Uint32Array(scratch.buffer)

/**
 * Orders elements by how much they changed: 0 where an element kept its value and its sign, else 1 plus the bits
 * of |θᵢ − θ₀| as an f32, which are ordered as the numbers are.
 *
 * @param visit takes the ranks of some elements at a time, theirs only until it returns, and where the first stands
 */
export function visitRanks(
  { expert, base }: { expert: Uint8Array; base: Uint8Array },
  dtype: FloatDtype,
  visit: (ranks: Uint32Array, at: number) => void
): void {
  visitValues([expert, base], dtype, ([ours, theirs], at) => {
    rank(ours!, theirs!)
    visit(scratchBits.subarray(0, ours!.length), at)
  })
}

function rank(expert: Values, base: Values): void {
  for (let i = 0; i < expert.length; i++) {
    const ours = expert[i]!
    const difference = ours - base[i]!
    scratch[i] = difference
    // 0 and −0 are equal, their reciprocals are not.
    const isSame = difference === 0 && (ours !== 0 || 1 / ours === 1 / base[i]!)
    scratchBits[i] = isSame ? 0 : (scratchBits[i]! & 0x7fff_ffff) + 1
  }
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
 * @param look shows the ranks of all elements; called twice
 * @returns a selection of k elements, or of all that changed where they are fewer
 */
export async function selectTop(
  look: (visit: (ranks: Uint32Array) => void) => Promise<void>,
  k: number
): Promise<Selection> {
  const high = new Float64Array(2 ** (31 - LOW_BITS))
  await look(ranks => {
    for (let i = 0; i < ranks.length; i++) {
      const bin = ranks[i]! >>> LOW_BITS
      high[bin] = high[bin]! + (ranks[i] === 0 ? 0 : 1)
    }
  })
  const upper = kthLargest(high, k)
  if (upper === undefined) return { threshold: 0, ties: 0 }
  const low = new Float64Array(2 ** LOW_BITS)
  await look(ranks => {
    for (let i = 0; i < ranks.length; i++) {
      const rank = ranks[i]!
      if (rank >>> LOW_BITS !== upper.bin || rank === 0) continue
      const bin = rank & (low.length - 1)
      low[bin] = low[bin]! + 1
    }
  })
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
 * Takes the chosen elements out of one run of ranks after another.
 *
 * @returns writes the positions of the chosen among the next ranks, ascending, plus `at`, into `positions` from
 *   `count` on, and gives the new count
 */
export function selector({
  threshold,
  ties
}: Selection): (ranks: Uint32Array, at: number, positions: Uint32Array, count: number) => number {
  let left = ties
  return (ranks, at, positions, count) => {
    let end = count
    for (let i = 0; i < ranks.length; i++) {
      const rank = ranks[i]!
      if (rank < threshold || rank === 0) continue
      if (rank === threshold && left-- <= 0) continue
      positions[end++] = at + i
    }
    return end
  }
}
