import {
  MAX_BATCH_BYTES,
  MAX_ERROR_TEXT_BYTES,
  MAX_IDS_PER_REQUEST,
  MAX_RECONCILE_BYTES,
  MAX_SPACE_BYTES
} from './limits.ts'
import { ID_BYTES } from './negentropy/limits.ts'
import { ANSWER, ERROR_ANSWER, REQUEST, SHELF, type Shelf } from './protocol.ts'
import { WireError } from './wire/errors.ts'
import { Reader } from './wire/reader.ts'
import { encodeVarint, readVarint } from './wire/varint.ts'

/** What a client asks. */
export type Request =
  /** One round of negentropy over a space. */
  | { type: 'reconcile'; space: string; message: Uint8Array }
  /** Records or announcements by the SHA-256 digests of their ids. */
  | { type: 'get'; shelf: Shelf; ids: Uint8Array[] }
  /** Envelopes that the server lacks. */
  | { type: 'put'; shelf: Shelf; items: Uint8Array[] }

/** What a server answers. */
export type Answer =
  | { type: 'reconcile'; message: Uint8Array }
  /** `done` of the ids are dealt with; those that the server has are in `items`. */
  | { type: 'get'; done: number; items: Uint8Array[] }
  /** `taken` of the items were new to the server. */
  | { type: 'put'; taken: number }
  | { type: 'error'; code: number; text: string }

/** @returns the request's frame body, in parts */
export function encodeRequest(request: Request): Uint8Array[] {
  const type = Uint8Array.of(REQUEST[request.type])
  switch (request.type) {
    case 'reconcile':
      return [type, ...prefixed(new TextEncoder().encode(request.space)), request.message]
    case 'get':
      return [type, Uint8Array.of(SHELF[request.shelf]), ...request.ids]
    case 'put':
      return [type, Uint8Array.of(SHELF[request.shelf]), ...request.items.flatMap(prefixed)]
  }
}

/** @returns the answer's frame body, in parts */
export function encodeAnswer(answer: Answer): Uint8Array[] {
  switch (answer.type) {
    case 'reconcile':
      return [Uint8Array.of(REQUEST.reconcile + ANSWER), answer.message]
    case 'get':
      return [
        Uint8Array.of(REQUEST.get + ANSWER),
        encodeVarint(answer.done),
        ...answer.items.flatMap(prefixed)
      ]
    case 'put':
      return [Uint8Array.of(REQUEST.put + ANSWER), encodeVarint(answer.taken)]
    case 'error': {
      const text = new TextEncoder().encode(answer.text).subarray(0, MAX_ERROR_TEXT_BYTES)
      return [Uint8Array.of(ERROR_ANSWER), encodeVarint(answer.code), text]
    }
  }
}

/** Parses a request's frame body; byte strings are views. @throws {WireError} when it is none */
export function parseRequest(body: Uint8Array): Request {
  const reader = new Reader(body)
  const type = reader.byte()
  switch (type) {
    case REQUEST.reconcile: {
      const space = new TextDecoder().decode(readPrefixed(reader, MAX_SPACE_BYTES))
      return { type: 'reconcile', space, message: readMessage(reader) }
    }
    case REQUEST.get:
      return { type: 'get', shelf: readShelf(reader), ids: readIds(reader) }
    case REQUEST.put:
      return { type: 'put', shelf: readShelf(reader), items: readItems(reader) }
    default:
      throw new WireError(`a request begins with ${type}, expected 1, 2 or 3`)
  }
}

/** Parses an answer's frame body; byte strings are views. @throws {WireError} when it is none */
export function parseAnswer(body: Uint8Array): Answer {
  const reader = new Reader(body)
  const type = reader.byte()
  switch (type) {
    case REQUEST.reconcile + ANSWER:
      return { type: 'reconcile', message: readMessage(reader) }
    case REQUEST.get + ANSWER:
      return { type: 'get', done: readVarint(reader), items: readItems(reader) }
    case REQUEST.put + ANSWER:
      return { type: 'put', taken: readVarint(reader) }
    case ERROR_ANSWER: {
      const code = readVarint(reader)
      return { type: 'error', code, text: printable(reader.rest()) }
    }
    default:
      throw new WireError(`an answer begins with ${type}, expected 129, 130, 131 or 255`)
  }
}

/**
 * Splits envelopes into batches that fit a frame.
 *
 * @returns batches of at most {@link MAX_BATCH_BYTES}, or of a single larger envelope
 */
export async function* batches(
  items: Iterable<Uint8Array> | AsyncIterable<Uint8Array>
): AsyncIterable<Uint8Array[]> {
  let batch: Uint8Array[] = []
  let sizeBytes = 0
  for await (const item of items) {
    const isFull = sizeBytes + item.length > MAX_BATCH_BYTES || batch.length === MAX_IDS_PER_REQUEST
    if (isFull && batch.length > 0) {
      yield batch
      batch = []
      sizeBytes = 0
    }
    batch.push(item)
    sizeBytes += item.length
  }
  if (batch.length > 0) yield batch
}

/** Every few bytes of it become an object: a message as large as a frame would take much memory. */
function readMessage(reader: Reader): Uint8Array {
  if (reader.left > MAX_RECONCILE_BYTES) {
    throw new WireError(
      `a reconciliation message of ${reader.left} bytes, expected at most ${MAX_RECONCILE_BYTES}`
    )
  }
  return reader.rest()
}

function readShelf(reader: Reader): Shelf {
  const number = reader.byte()
  if (number === SHELF.records) return 'records'
  if (number === SHELF.announcements) return 'announcements'
  throw new WireError(`a shelf has number ${number}, expected 0 or 1`)
}

function readIds(reader: Reader): Uint8Array[] {
  if (reader.left % ID_BYTES !== 0 || reader.left > MAX_IDS_PER_REQUEST * ID_BYTES) {
    throw new WireError(
      `${reader.left} bytes of ids, expected at most ${MAX_IDS_PER_REQUEST} of 32`
    )
  }
  return Array.from({ length: reader.left / ID_BYTES }, () => reader.take(ID_BYTES))
}

function readItems(reader: Reader): Uint8Array[] {
  const items: Uint8Array[] = []
  while (!reader.isDone) {
    if (items.length === MAX_IDS_PER_REQUEST) {
      throw new WireError(`a batch holds more than ${MAX_IDS_PER_REQUEST} envelopes`)
    }
    items.push(readPrefixed(reader, reader.left))
  }
  return items
}

function prefixed(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  return [encodeVarint(bytes.length), bytes]
}

function readPrefixed(reader: Reader, maxBytes: number): Uint8Array {
  const length = readVarint(reader)
  if (length > maxBytes)
    throw new WireError(`${length} bytes promised, expected at most ${maxBytes}`)
  return reader.take(length)
}

/** A peer's text as it may stand in a log: short, one line, no control characters. */
function printable(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, MAX_ERROR_TEXT_BYTES))
  return text.replace(/\p{C}/gu, ' ')
}
