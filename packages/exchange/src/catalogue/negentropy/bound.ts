import { WireError } from '../wire/errors.ts'
import type { Reader } from '../wire/reader.ts'
import { encodeVarint, readVarint } from '../wire/varint.ts'
import { ID_BYTES, MAX_TIMESTAMP } from './limits.ts'

/** One element of a set: ordered by timestamp, then by id. */
export interface Item {
  /** An integer from 0 to {@link MAX_TIMESTAMP}; the unit is the caller's. */
  timestamp: number
  /** 32 bytes. */
  id: Uint8Array
}

/** A point in the order of items; `prefix` stands for an id that goes on with zero bytes. */
export interface Bound {
  /** As an item's timestamp, or Infinity for the end of everything. */
  timestamp: number
  /** 0 to 32 bytes. */
  prefix: Uint8Array
}

/** The bound after every item. */
export const INFINITE_BOUND: Bound = { timestamp: Infinity, prefix: new Uint8Array(0) }

/** The bound before every item. */
export const ZERO_BOUND: Bound = { timestamp: 0, prefix: new Uint8Array(0) }

/** @returns negative, zero or positive as `a` comes before, with or after `b`; missing bytes are zero */
export function compareIds(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** @returns negative, zero or positive as `a` comes before, with or after `b` */
export function compareItems(a: Item, b: Item): number {
  return a.timestamp - b.timestamp || compareIds(a.id, b.id)
}

/** @returns negative, zero or positive as `a` comes before, with or after `b` */
export function compareBounds(a: Bound, b: Bound): number {
  if (a.timestamp === b.timestamp) return compareIds(a.prefix, b.prefix)
  return a.timestamp < b.timestamp ? -1 : 1
}

/** @returns the shortest bound that is after `previous` and not after `next` */
export function boundBetween(previous: Item, next: Item): Bound {
  if (previous.timestamp !== next.timestamp) {
    return { timestamp: next.timestamp, prefix: new Uint8Array(0) }
  }
  let shared = 0
  while (shared < ID_BYTES - 1 && previous.id[shared] === next.id[shared]) shared++
  return { timestamp: next.timestamp, prefix: next.id.subarray(0, shared + 1) }
}

/** Bounds of one message: each timestamp is written as its distance from the one before. */
export class BoundCodec {
  #previous = 0

  /** Encodes the next bound of the message (negentropy v1, "Bound"). */
  encode(bound: Bound): Uint8Array[] {
    const timestamp = this.#encodeTimestamp(bound.timestamp)
    return [timestamp, encodeVarint(bound.prefix.length), bound.prefix]
  }

  /** Reads the next bound of the message. @throws {WireError} when it is none */
  read(reader: Reader): Bound {
    const timestamp = this.#readTimestamp(reader)
    const length = readVarint(reader)
    if (length > ID_BYTES) {
      throw new WireError(`a bound has ${length} bytes of id, at most ${ID_BYTES} are expected`)
    }
    return { timestamp, prefix: new Uint8Array(reader.take(length)) }
  }

  #encodeTimestamp(timestamp: number): Uint8Array {
    if (timestamp === Infinity) return encodeVarint(0)
    const offset = timestamp - this.#previous
    this.#previous = timestamp
    return encodeVarint(1 + offset)
  }

  #readTimestamp(reader: Reader): number {
    const encoded = readVarint(reader)
    if (encoded === 0) return Infinity
    this.#previous += encoded - 1
    if (this.#previous > MAX_TIMESTAMP) {
      throw new WireError(`a timestamp exceeds ${MAX_TIMESTAMP}`)
    }
    return this.#previous
  }
}
