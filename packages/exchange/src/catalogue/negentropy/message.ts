import { WireError } from '../wire/errors.ts'
import { Reader } from '../wire/reader.ts'
import { encodeVarint, readVarint } from '../wire/varint.ts'
import { type Bound, BoundCodec, compareBounds, ZERO_BOUND } from './bound.ts'
import { FINGERPRINT_BYTES, ID_BYTES, MIN_MESSAGE_BYTES, RESERVED_BYTES } from './limits.ts'

/** First byte of every message of version 1. */
export const PROTOCOL_VERSION = 0x61

/** What the sender says of the items below `upper`, and not below the range before. */
export type Range =
  | { mode: 'skip'; upper: Bound }
  | { mode: 'fingerprint'; upper: Bound; fingerprint: Uint8Array }
  | { mode: 'ids'; upper: Bound; ids: Uint8Array[] }

/** Numbers of the modes on the wire. */
const MODES = ['skip', 'fingerprint', 'ids'] as const

/**
 * Parses a message.
 *
 * @param bytes at most as long as the transport allows: nothing is allocated beyond what they hold
 * @returns the ranges, in ascending order; what comes after the last is skipped
 * @throws {WireError} when a byte is not as negentropy v1 says, or the version is another one
 */
export function parseMessage(bytes: Uint8Array): Range[] {
  const reader = new Reader(bytes)
  const version = reader.byte()
  if (version !== PROTOCOL_VERSION) {
    throw new WireError(`a message of version byte ${version}, expected ${PROTOCOL_VERSION}`)
  }
  const bounds = new BoundCodec()
  const ranges: Range[] = []
  let lower = ZERO_BOUND
  while (!reader.isDone) {
    const upper = bounds.read(reader)
    if (compareBounds(lower, upper) > 0) {
      throw new WireError('the ranges of a message do not ascend')
    }
    ranges.push(readRange(reader, upper))
    lower = upper
  }
  return ranges
}

function readRange(reader: Reader, upper: Bound): Range {
  const mode = readVarint(reader)
  switch (MODES[mode]) {
    case 'skip':
      return { mode: 'skip', upper }
    case 'fingerprint':
      return { mode: 'fingerprint', upper, fingerprint: reader.take(FINGERPRINT_BYTES) }
    case 'ids':
      return { mode: 'ids', upper, ids: readIds(reader) }
    default:
      throw new WireError(`a range has mode ${mode}, expected 0, 1 or 2`)
  }
}

function readIds(reader: Reader): Uint8Array[] {
  const count = readVarint(reader)
  if (count > reader.left / ID_BYTES) {
    throw new WireError(`a range promises ${count} ids, ${reader.left} bytes are left`)
  }
  return Array.from({ length: count }, () => new Uint8Array(reader.take(ID_BYTES)))
}

/** Writes the ranges of one message; skipped ranges are joined and left out at the end. */
export class MessageWriter {
  readonly #bounds = new BoundCodec()
  readonly #parts: Uint8Array[] = [Uint8Array.of(PROTOCOL_VERSION)]
  readonly #maxBytes: number
  #sizeBytes = 1
  #skipped: Bound | undefined

  /** @param maxBytes limit of the message, at least {@link MIN_MESSAGE_BYTES} */
  constructor(maxBytes: number) {
    if (maxBytes < MIN_MESSAGE_BYTES) {
      throw new RangeError(`a message may not be limited to less than ${MIN_MESSAGE_BYTES} bytes`)
    }
    this.#maxBytes = maxBytes
  }

  /** Bytes that more ranges may take, with room kept for a skip and a last fingerprint. */
  get roomBytes(): number {
    return this.#maxBytes - this.#sizeBytes - RESERVED_BYTES
  }

  /** Whether nothing but skips was written. */
  get isEmpty(): boolean {
    return this.#parts.length === 1
  }

  /** Appends a range. */
  write(range: Range): void {
    if (range.mode === 'skip') {
      this.#skipped = range.upper
      return
    }
    if (this.#skipped !== undefined) this.#push(this.#skipped, 'skip', [])
    this.#skipped = undefined
    this.#push(range.upper, range.mode, payloadOf(range))
  }

  /** @returns the message */
  finish(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.#parts))
  }

  #push(upper: Bound, mode: Range['mode'], payload: Uint8Array[]): void {
    const parts = [...this.#bounds.encode(upper), encodeVarint(MODES.indexOf(mode)), ...payload]
    for (const part of parts) this.#sizeBytes += part.length
    this.#parts.push(...parts)
  }
}

function payloadOf(range: Exclude<Range, { mode: 'skip' }>): Uint8Array[] {
  return range.mode === 'ids' ? [encodeVarint(range.ids.length), ...range.ids] : [range.fingerprint]
}
