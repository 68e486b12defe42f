import { isUtf8 } from 'node:buffer'
import { CID } from 'multiformats/cid'
import { MAX_RECORD_DEPTH, MAX_RECORD_ITEMS } from './limits.ts'

/** Bytes that are not one canonical DAG-CBOR item within the limits; the message says why. */
export class CanonicalError extends Error {
  override readonly name: string = 'CanonicalError'
}

/**
 * Decodes DAG-CBOR that is written in its one canonical form.
 *
 * Numbers with an integral value are integers, all others 64-bit floats; -0, NaN, the infinities and
 * integers beyond ±(2^53 - 1) have no form. A record from a stranger may hold half a million items, so the
 * form is checked on the way, in one pass: encoding the data again to compare the bytes takes several times
 * as long.
 *
 * @param onField gets every field of the outermost map, if it is one, as it is encoded
 * @returns bytes as views into `bytes`, links as CIDs
 * @throws {CanonicalError}
 */
export function decodeCanonical(bytes: Uint8Array, onField?: OnField): unknown {
  const reader = new Reader(bytes, onField)
  const value = reader.item(1)
  if (reader.offset === bytes.length) return value
  throw new CanonicalError(`one item of ${bytes.length} bytes, got one of ${reader.offset}`)
}

type OnField = (name: string, encoded: Uint8Array) => void

/** Reads items one after the other, counting them, so that a few bytes cannot claim a stack or a heap. */
class Reader {
  offset = 0
  readonly #bytes: Buffer
  readonly #onField: OnField | undefined
  #items = 0

  constructor(bytes: Uint8Array, onField?: OnField) {
    this.#onField = onField
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  item(depth: number): unknown {
    this.#items += 1
    if (this.#items > MAX_RECORD_ITEMS) {
      throw new CanonicalError(`at most ${MAX_RECORD_ITEMS} items`)
    }
    if (depth > MAX_RECORD_DEPTH) {
      throw new CanonicalError(`at most ${MAX_RECORD_DEPTH} levels of nesting`)
    }
    const first = this.#bytes[this.offset]
    if (first === undefined) throw new CanonicalError(ENDS_EARLY)
    this.offset += 1
    if (first >= 0xe0) return this.#simple(first)
    const argument = this.#argument(first & 31)
    switch (first >> 5) {
      case 0:
        return safe(argument)
      case 1:
        return safe(-1 - argument)
      case 2:
        return this.#view(argument)
      case 3:
        return this.#text(argument)
      case 4:
        return this.#list(argument, depth)
      case 5:
        return this.#map(argument, depth)
      default:
        return this.#link(argument, depth)
    }
  }

  /** The number in an item's head (RFC 8949, section 3): in 0 to 8 bytes, and no more than it needs. */
  #argument(minor: number): number {
    if (minor < 24) return minor
    if (minor > 27) throw new CanonicalError(`${ENDS_EARLY} or has no length`)
    const at = this.#take(2 ** (minor - 24))
    const bytes = this.#bytes
    const argument =
      minor === 24
        ? bytes[at]!
        : minor === 25
          ? bytes.readUInt16BE(at)
          : minor === 26
            ? bytes.readUInt32BE(at)
            : bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)
    if (argument < LEAST_ARGUMENT[minor - 24]!) throw new CanonicalError(OTHER_FORM)
    return argument
  }

  /** Passes over `length` bytes. @returns where they begin */
  #take(length: number): number {
    const start = this.offset
    if (length > this.#bytes.length - start) throw new CanonicalError(ENDS_EARLY)
    this.offset = start + length
    return start
  }

  #view(length: number): Uint8Array {
    const start = this.#take(length)
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, length)
  }

  #text(length: number): string {
    const start = this.#take(length)
    const text = this.#bytes.toString('utf8', start, this.offset)
    // Decoding puts this character for what is no UTF-8.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, this.offset))) {
      throw new CanonicalError('text in UTF-8')
    }
    return text
  }

  #list(length: number, depth: number): unknown[] {
    const items: unknown[] = []
    for (let i = 0; i < length; i++) items.push(this.item(depth + 1))
    return items
  }

  /** Keys are text, the shorter first, those of one length by their bytes, each once. */
  #map(length: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    let last: [start: number, end: number] = [0, 0]
    for (let i = 0; i < length; i++) {
      const start = this.offset
      const key = this.item(depth + 1)
      if (typeof key !== 'string') throw new CanonicalError('keys that are text')
      const end = this.offset
      // The head before a key holds its length, so that whole items compare as keys must.
      if (this.#bytes.compare(this.#bytes, start, end, ...last) >= 0) {
        throw new CanonicalError(OTHER_FORM)
      }
      last = [start, end]
      const value = this.item(depth + 1)
      if (key === '__proto__') Object.defineProperty(map, key, { ...PLAIN, value })
      else map[key] = value
      if (depth === 1) this.#onField?.(key, this.#bytes.subarray(end, this.offset))
    }
    return map
  }

  /** The one tag of DAG-CBOR: bytes that begin with a zero, then a CID. */
  #link(tag: number, depth: number): CID {
    const bytes = tag === LINK_TAG ? this.item(depth + 1) : undefined
    if (!(bytes instanceof Uint8Array) || bytes[0] !== 0) {
      throw new CanonicalError('canonical DAG-CBOR, got a tag that is no link')
    }
    const inner = bytes.subarray(1)
    const cid = decodeCid(inner)
    if (Buffer.compare(cid.bytes, inner) !== 0) throw new CanonicalError(OTHER_FORM)
    return cid
  }

  #simple(first: number): unknown {
    if (first === 0xf4) return false
    if (first === 0xf5) return true
    if (first === 0xf6) return null
    if (first !== 0xfb) throw new CanonicalError('canonical DAG-CBOR, got a value it does not have')
    const value = this.#bytes.readDoubleBE(this.#take(8))
    if (Number.isFinite(value) && !Number.isSafeInteger(value)) return value
    throw new CanonicalError(OTHER_FORM)
  }
}

const ENDS_EARLY = 'canonical DAG-CBOR, got an item that ends early'

const OTHER_FORM = 'canonical DAG-CBOR, got another encoding of the same data'

/** Least arguments that need 1, 2, 4 and 8 bytes. */
const LEAST_ARGUMENT: readonly number[] = [24, 2 ** 8, 2 ** 16, 2 ** 32]

const LINK_TAG = 42

/** What assigning makes, where assigning would do something else. */
const PLAIN = { configurable: true, enumerable: true, writable: true }

function safe(value: number): number {
  if (Number.isSafeInteger(value)) return value
  throw new CanonicalError('integers within ±(2^53 - 1)')
}

function decodeCid(bytes: Uint8Array): CID {
  try {
    return CID.decode(bytes)
  } catch (cause) {
    throw new CanonicalError('canonical DAG-CBOR, got a link to nothing', { cause })
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
