import { createHash } from 'node:crypto'
import { encodeVarint } from '../wire/varint.ts'
import { type Bound, compareIds, compareItems, type Item } from './bound.ts'
import { FINGERPRINT_BYTES, ID_BYTES } from './limits.ts'

/** 32-bit words in a sum of ids. */
const WORDS = ID_BYTES / 4

/**
 * An immutable set of items in a sorted array.
 *
 * Sums of ids are kept for every prefix of the array, so that the fingerprint of any range costs the
 * same: a stranger's message with many ranges is no work. Memory: 32 bytes an item besides the ids.
 */
export class ItemSet {
  readonly #items: readonly Item[]
  readonly #sums: Uint32Array

  /** @param items in any order, each once; ids are not copied and must not change */
  constructor(items: Iterable<Item>) {
    this.#items = [...items].sort(compareItems)
    this.#sums = prefixSums(this.#items)
  }

  /** Number of items. */
  get size(): number {
    return this.#items.length
  }

  /** @returns the item at a place of the order */
  at(index: number): Item {
    const item = this.#items[index]
    if (item === undefined) throw new RangeError(`no item ${index} in a set of ${this.size}`)
    return item
  }

  /** @returns the place of the first item that is not before the bound, at least `from` */
  indexOf(bound: Bound, from = 0): number {
    let low = from
    let high = this.#items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(this.at(middle), bound)) low = middle + 1
      else high = middle
    }
    return low
  }

  /**
   * The fingerprint of the items in `[begin, end)`: SHA-256(Σ id mod 2²⁵⁶ ‖ varint(count))[0, 16), ids
   * and sum as little-endian numbers (negentropy v1, "Fingerprint Algorithm").
   */
  fingerprint(begin: number, end: number): Uint8Array {
    const sum = new Uint8Array(ID_BYTES)
    const view = new DataView(sum.buffer)
    let borrow = 0
    for (let word = 0; word < WORDS; word++) {
      const difference = this.#word(end, word) - this.#word(begin, word) - borrow
      borrow = difference < 0 ? 1 : 0
      view.setUint32(4 * word, difference >>> 0, true)
    }
    const hash = createHash('sha256')
      .update(sum)
      .update(encodeVarint(end - begin))
    return new Uint8Array(hash.digest().subarray(0, FINGERPRINT_BYTES))
  }

  #word(row: number, word: number): number {
    return this.#sums[row * WORDS + word] as number
  }
}

/** Row i holds Σ of the first i ids mod 2²⁵⁶, least significant word first. */
function prefixSums(items: readonly Item[]): Uint32Array {
  const sums = new Uint32Array((items.length + 1) * WORDS)
  items.forEach((item, row) => {
    const id = new DataView(item.id.buffer, item.id.byteOffset, ID_BYTES)
    let carry = 0
    for (let word = 0; word < WORDS; word++) {
      const sum = (sums[row * WORDS + word] as number) + id.getUint32(4 * word, true) + carry
      carry = sum > 0xffffffff ? 1 : 0
      sums[(row + 1) * WORDS + word] = sum >>> 0
    }
  })
  return sums
}

function isBefore(item: Item, bound: Bound): boolean {
  if (item.timestamp !== bound.timestamp) return item.timestamp < bound.timestamp
  return compareIds(item.id, bound.prefix) < 0
}
