import { Cursor } from './cursor.ts'
import { OnnxError } from './errors.ts'
import { type Schema, wireTypes } from './schema.ts'

/** Where a field of a message lies: positions in whatever holds the message. */
export interface Field {
  /** Number of the field. */
  id: number
  /** Wire type. */
  wire: number
  /** First byte of its tag. */
  start: number
  /** First byte of its value: of the content, where a length precedes it. */
  from: number
  /** The byte after its last. */
  to: number
}

/** Most bytes that a tag and the length or varint after it take. */
export const MAX_HEAD_BYTES = 20

/** Bytes of a value by wire type, where they are fixed. */
const FIXED_BYTES: Record<number, number> = { 1: 8, 5: 4 }

/** Numbers of fields that protobuf allows. */
const MAX_FIELD_ID = 2 ** 29 - 1

/**
 * Reads the tag of a field, and what says how long its value is
 * (https://protobuf.dev/programming-guides/encoding/).
 *
 * @param head bytes from the tag on: {@link MAX_HEAD_BYTES}, or as many as the message has left
 * @param start position of the tag
 * @param end position after the message
 * @throws {OnnxError} `ONNX_MALFORMED`: also for groups, which ONNX has not, and values that end after the message
 */
export function readField(head: Uint8Array, start: number, end: number, where: string): Field {
  return readShort(head, 0, start, end) ?? readLong(head, start, end, where)
}

/**
 * Reads what nearly all fields are, for somebody may send a graph of millions of them: a small integer, or a short
 * string or message, of a number below 16.
 *
 * @returns undefined for any other field, and for whatever must be refused
 */
function readShort(bytes: Uint8Array, at: number, start: number, end: number): Field | undefined {
  const [tag, value] = [bytes[at]!, bytes[at + 1]!]
  if (!(tag < 128 && value < 128) || tag < 8 || start + 2 > end) return undefined
  const [id, wire] = [tag >> 3, tag & 7]
  if (wire === wireTypes.int) return { id, wire, start, from: start + 1, to: start + 2 }
  const to = start + 2 + value
  return wire === wireTypes.bytes && to <= end
    ? { id, wire, start, from: start + 2, to }
    : undefined
}

function readLong(head: Uint8Array, start: number, end: number, where: string): Field {
  const cursor = new Cursor(head)
  const tag = cursor.int(where)
  const [id, wire] = [Math.floor(tag / 8), tag & 7]
  if (id < 1 || id > MAX_FIELD_ID) {
    throw new OnnxError('ONNX_MALFORMED', `${where}: a field of number ${id}`)
  }
  if (wire === wireTypes.int) {
    const from = start + cursor.position
    cursor.skipInt(where)
    return { id, wire, start, from, to: start + cursor.position }
  }
  const length = wire === wireTypes.bytes ? cursor.int(where) : FIXED_BYTES[wire]
  if (length === undefined) {
    throw new OnnxError('ONNX_MALFORMED', `${where}: field ${id} has wire type ${wire}`)
  }
  const from = start + cursor.position
  if (length < 0 || length > end - from) {
    throw new OnnxError(
      'ONNX_MALFORMED',
      `${where}: field ${id} takes ${length} bytes, ${end - from} are left`
    )
  }
  return { id, wire, start, from, to: from + length }
}

/**
 * Goes through the fields of a message in memory.
 *
 * @throws {OnnxError} `ONNX_MALFORMED`
 */
export function* fieldsOf(bytes: Uint8Array, where: string): Generator<Field, void, undefined> {
  for (let at = 0; at < bytes.length; ) {
    const short = readShort(bytes, at, at, bytes.length)
    const field = short ?? readLong(bytes.subarray(at), at, bytes.length, where)
    yield field
    at = field.to
  }
}

/**
 * Refuses a field of the schema that isn't encoded as the schema says.
 *
 * @returns the field's name; undefined for a field outside the schema
 * @throws {OnnxError} `ONNX_MALFORMED`
 */
export function checkWire(schema: Schema, { id, wire }: Field, where: string): string | undefined {
  const entry = Object.entries(schema).find(([, [fieldId]]) => fieldId === id)
  if (entry === undefined) return undefined
  const [name, [, kind]] = entry
  if (wire === wireTypes[kind === 'refused' ? 'bytes' : kind]) return name
  throw new OnnxError('ONNX_MALFORMED', `${where}, ${name}: wire type ${wire} does not fit`)
}
