import { decode, encode } from '@ipld/dag-cbor'
import { MAX_RECORD_DEPTH, MAX_RECORD_ITEMS } from './limits.ts'

/** Bytes that are not one canonical DAG-CBOR item within the limits; the message says why. */
export class CanonicalError extends Error {
  override readonly name: string = 'CanonicalError'
}

/**
 * Decodes DAG-CBOR that is written in its one canonical form.
 *
 * Numbers with an integral value are integers, all others 64-bit floats; -0, NaN, the infinities and
 * integers beyond ±(2^53 - 1) have no form. Depth and number of items are checked before anything is
 * built from the bytes.
 *
 * @throws {CanonicalError}
 */
export function decodeCanonical(bytes: Uint8Array): unknown {
  measure(bytes)
  const value = attempt(() => decode<unknown>(bytes))
  refuseBigIntegers(value)
  if (
    Buffer.compare(
      attempt(() => encode(value)),
      bytes
    ) !== 0
  ) {
    throw new CanonicalError('canonical DAG-CBOR, got another encoding of the same data')
  }
  return value
}

function attempt<T>(run: () => T): T {
  try {
    return run()
  } catch (cause) {
    throw new CanonicalError('canonical DAG-CBOR', { cause })
  }
}

/** Reads only the heads of the items, so that a few bytes cannot claim a stack or a heap. */
function measure(bytes: Uint8Array): void {
  const open: number[] = []
  let offset = 0
  let items = 0
  do {
    const { major, argument, next } = head(bytes, offset)
    offset = major === 2 || major === 3 ? next + argument : next
    items += 1
    if (items > MAX_RECORD_ITEMS) {
      throw new CanonicalError(`at most ${MAX_RECORD_ITEMS} items`)
    }
    open.push(major < 4 || major === 7 ? 0 : major === 6 ? 1 : argument * (major - 3))
    if (open.length > MAX_RECORD_DEPTH) {
      throw new CanonicalError(`at most ${MAX_RECORD_DEPTH} levels of nesting`)
    }
    closeFinished(open)
  } while (open.length > 0)
  if (offset !== bytes.length) {
    throw new CanonicalError(`one item of ${bytes.length} bytes, got one of ${offset}`)
  }
}

/** Takes off every item with nothing left to come, counting down the list, map or tag around it. */
function closeFinished(open: number[]): void {
  while (open.length > 0 && open[open.length - 1] === 0) {
    open.pop()
    if (open.length > 0) {
      open[open.length - 1]! -= 1
    }
  }
}

/** An item's head (RFC 8949, section 3): three bits of type, and an argument of 0 to 8 bytes. */
function head(
  bytes: Uint8Array,
  offset: number
): { major: number; argument: number; next: number } {
  const first = bytes[offset]
  if (first === undefined) {
    throw new CanonicalError('canonical DAG-CBOR, got an item that ends early')
  }
  const minor = first & 31
  const size = minor < 24 ? 0 : 2 ** (minor - 24)
  if (minor > 27 || offset + 1 + size > bytes.length) {
    throw new CanonicalError('canonical DAG-CBOR, got an item that ends early or has no length')
  }
  let argument = size === 0 ? minor : 0
  for (let i = 1; i <= size; i++) {
    argument = argument * 256 + bytes[offset + i]!
  }
  return { major: first >> 5, argument, next: offset + 1 + size }
}

function refuseBigIntegers(value: unknown): void {
  if (typeof value === 'bigint') {
    throw new CanonicalError('integers within ±(2^53 - 1)')
  }
  if (Array.isArray(value)) {
    value.forEach(refuseBigIntegers)
  } else if (isMap(value)) {
    Object.values(value).forEach(refuseBigIntegers)
  }
}

/** Whether a decoded value is a map: neither a list, bytes, a link nor null. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value))
  )
}
