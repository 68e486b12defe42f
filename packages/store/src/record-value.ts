import type { StoredRecord } from '@soup/interface'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const LINE_FEED = 10

/** Longest kind and base id with their line feeds: what is looked up must fit a key. */
const MAX_HEAD_BYTES = 256

/** What may stand in a key: an id, or a kind. */
const KEY_PART = /^[a-z0-9-]{1,120}$/

/**
 * Writes a record as the database holds it: kind and base, a line each, then the envelope.
 *
 * @throws {TypeError} when id, kind or base can't be part of a key
 */
export function encodeRecordValue(record: StoredRecord): Uint8Array {
  for (const part of [record.id, record.kind, record.base ?? record.id]) {
    if (!KEY_PART.test(part)) {
      throw new TypeError(`Not an id or a kind of record: ${JSON.stringify(part.slice(0, 120))}`)
    }
  }
  const head = encoder.encode(`${record.kind}\n${record.base ?? ''}\n`)
  const value = new Uint8Array(head.length + record.envelope.length)
  value.set(head)
  value.set(record.envelope, head.length)
  return value
}

/**
 * Reads what {@link encodeRecordValue} wrote.
 *
 * @returns undefined when it is something else: a damaged entry is as good as none
 */
export function decodeRecordValue(id: string, value: Uint8Array): StoredRecord | undefined {
  const first = value.indexOf(LINE_FEED)
  const second = value.indexOf(LINE_FEED, first + 1)
  if (first < 1 || second < 0 || second > MAX_HEAD_BYTES) {
    return undefined
  }
  const base = decoder.decode(value.subarray(first + 1, second))
  return {
    id,
    kind: decoder.decode(value.subarray(0, first)),
    base: base === '' ? undefined : base,
    envelope: new Uint8Array(value.subarray(second + 1))
  }
}
