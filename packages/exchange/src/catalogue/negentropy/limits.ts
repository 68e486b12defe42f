import { MAX_VARINT_BYTES } from '../wire/varint.ts'

/** Length of an item's id in bytes: a SHA-256 digest. */
export const ID_BYTES = 32

/** Length of a range's fingerprint in bytes. */
export const FINGERPRINT_BYTES = 16

/** Smallest limit for a message in bytes: below it a message might not hold one list of ids and go on. */
export const MIN_MESSAGE_BYTES = 4096

/** How many parts a range is split into when fingerprints differ. */
export const SPLIT_PARTS = 16

/** A range with fewer items than this is sent as ids: cheaper than fingerprints of its parts. */
export const MAX_LISTED_ITEMS: number = 2 * SPLIT_PARTS

/** Longest bound in bytes: timestamp, length of the prefix, prefix. */
export const MAX_BOUND_BYTES: number = MAX_VARINT_BYTES + 1 + ID_BYTES

/** Kept free at a message's end: a skip and the fingerprint of all that did not fit. */
export const RESERVED_BYTES: number = 2 * (MAX_BOUND_BYTES + 1) + FINGERPRINT_BYTES

/** Latest timestamp of an item: one more than it is a safe integer still, and is written on the wire. */
export const MAX_TIMESTAMP: number = Number.MAX_SAFE_INTEGER - 1
