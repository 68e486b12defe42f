/**
 * Range-based set reconciliation, negentropy v1: two peers find out which items only one of them has.
 *
 * The three functions keep no state: the client sends {@link initiate}, the server answers every message
 * with {@link respond}, and the client calls {@link advance} until there is nothing left to send.
 *
 * Source: hoytech/negentropy, docs/negentropy-protocol-v1.md; A. Meyer, "Range-Based Set
 * Reconciliation", arXiv 2212.13567.
 */
import { MAX_VARINT_BYTES } from '../wire/varint.ts'
import { type Bound, boundBetween, INFINITE_BOUND } from './bound.ts'
import type { ItemSet } from './item-set.ts'
import {
  FINGERPRINT_BYTES,
  ID_BYTES,
  MAX_BOUND_BYTES,
  MAX_LISTED_ITEMS,
  SPLIT_PARTS
} from './limits.ts'
import { MessageWriter, PROTOCOL_VERSION, parseMessage, type Range } from './message.ts'

/** What one answer of the server tells the client. */
export interface Advance {
  /** Ids that the client has and the server does not. */
  have: Uint8Array[]
  /** Ids that the server says it has and the client does not. */
  need: Uint8Array[]
  /** What to send next; undefined when both sides are compared. */
  message: Uint8Array | undefined
}

/** Places of a set that a range covers, and its upper bound. */
interface Span {
  begin: number
  end: number
  upper: Bound
}

/** A span, and how it is told to the other side. */
interface Part extends Span {
  mode: Range['mode']
}

/**
 * The client's first message: everything it has.
 *
 * @param maxBytes limit of the message in bytes
 */
export function initiate(set: ItemSet, maxBytes: number): Uint8Array {
  const writer = new MessageWriter(maxBytes)
  for (const part of split(set, { begin: 0, end: set.size, upper: INFINITE_BOUND })) {
    writer.write(encode(set, part))
  }
  return writer.finish()
}

/**
 * The server's answer to a client's message. To a version that it does not know, it answers with the one
 * that it does.
 *
 * @param maxBytes limit of the answer in bytes
 * @throws {WireError} when the message is malformed
 */
export function respond(set: ItemSet, message: Uint8Array, maxBytes: number): Uint8Array {
  const version = message[0] ?? 0
  if (version >> 4 === PROTOCOL_VERSION >> 4 && version !== PROTOCOL_VERSION) {
    return Uint8Array.of(PROTOCOL_VERSION)
  }
  return reconcile(set, message, maxBytes, () => false)
}

/**
 * Takes in the server's answer.
 *
 * @param maxBytes limit of the next message in bytes
 * @throws {WireError} when the answer is malformed
 */
export function advance(set: ItemSet, answer: Uint8Array, maxBytes: number): Advance {
  const have: Uint8Array[] = []
  const need: Uint8Array[] = []
  const message = reconcile(set, answer, maxBytes, (span, theirs) => {
    const missing = new Map(theirs.map(id => [Buffer.from(id).toString('latin1'), id]))
    for (let place = span.begin; place < span.end; place++) {
      const { id } = set.at(place)
      if (!missing.delete(Buffer.from(id).toString('latin1'))) have.push(id)
    }
    need.push(...missing.values())
    return true
  })
  return { have, need, message: message.length > 1 ? message : undefined }
}

/** Answers a message range by range; `settle` says whether a list of ids needs no answer. */
function reconcile(
  set: ItemSet,
  message: Uint8Array,
  maxBytes: number,
  settle: (span: Span, theirs: Uint8Array[]) => boolean
): Uint8Array {
  const writer = new MessageWriter(maxBytes)
  let begin = 0
  for (const range of parseMessage(message)) {
    const span = { begin, end: set.indexOf(range.upper, begin), upper: range.upper }
    for (const part of answerTo(set, span, range, settle)) {
      const encoded = encode(set, part)
      if (sizeOf(encoded) > writer.roomBytes) {
        const rest = { begin: part.begin, end: set.size, upper: INFINITE_BOUND }
        writer.write(encode(set, { ...rest, mode: 'fingerprint' }))
        return writer.finish()
      }
      writer.write(encoded)
    }
    begin = span.end
  }
  return writer.finish()
}

/** What to say of one range of the other side's message. */
function answerTo(
  set: ItemSet,
  span: Span,
  range: Range,
  settle: (span: Span, theirs: Uint8Array[]) => boolean
): Iterable<Part> {
  switch (range.mode) {
    case 'skip':
      return [{ ...span, mode: 'skip' }]
    case 'ids':
      return settle(span, range.ids) ? [{ ...span, mode: 'skip' }] : list(set, span)
    case 'fingerprint':
      return Buffer.compare(set.fingerprint(span.begin, span.end), range.fingerprint) === 0
        ? [{ ...span, mode: 'skip' }]
        : split(set, span)
  }
}

/** Few items are listed; many are split into parts of equal size, each with its fingerprint. */
function split(set: ItemSet, span: Span): Iterable<Part> {
  const count = span.end - span.begin
  if (count < MAX_LISTED_ITEMS) return list(set, span)
  return cut(set, span, Math.ceil(count / SPLIT_PARTS), 'fingerprint')
}

/** Lists all items of the span, in several ranges so that a full message can end after any of them. */
function list(set: ItemSet, span: Span): Iterable<Part> {
  return cut(set, span, MAX_LISTED_ITEMS, 'ids')
}

/** Cuts a span into parts of `step` items; the last may be shorter, an empty span is one part. */
function* cut(set: ItemSet, span: Span, step: number, mode: Range['mode']): Iterable<Part> {
  let { begin } = span
  while (span.end - begin > step) {
    const end = begin + step
    yield { begin, end, upper: boundBetween(set.at(end - 1), set.at(end)), mode }
    begin = end
  }
  yield { begin, end: span.end, upper: span.upper, mode }
}

function encode(set: ItemSet, { begin, end, upper, mode }: Part): Range {
  switch (mode) {
    case 'skip':
      return { mode, upper }
    case 'fingerprint':
      return { mode, upper, fingerprint: set.fingerprint(begin, end) }
    case 'ids':
      return {
        mode,
        upper,
        ids: Array.from({ length: end - begin }, (_, i) => set.at(begin + i).id)
      }
  }
}

/** The most bytes that a range takes in a message. */
function sizeOf(range: Range): number {
  if (range.mode === 'skip') return 0
  const payload =
    range.mode === 'ids' ? MAX_VARINT_BYTES + range.ids.length * ID_BYTES : FINGERPRINT_BYTES
  return MAX_BOUND_BYTES + 1 + payload
}
