import type { Writer } from 'protons-runtime'
import { OnnxError } from './errors.ts'
import { fieldsOf } from './field.ts'
import { toText } from './read-message.ts'
import { tensorSchema, wireTypes } from './schema.ts'
import { message, text } from './write-field.ts'

/** Where the bytes of an initializer lie in another file, as `external_data` says. */
export interface ExternalData {
  /** Path of the file: relative to the model's folder, with `/`, never up or out of it by its text. */
  location: string
  /** The first byte. */
  offset: number
  /** Bytes; those of the tensor unless given. */
  length: number | undefined
}

/** `StringStringEntryProto` */
const entrySchema = { key: [1, 'bytes'], value: [2, 'bytes'] } as const

/** A checksum says something of the whole file and is passed over, as ONNX Runtime does. */
const KEYS = ['location', 'offset', 'length', 'checksum']

/**
 * Reads the `external_data` of a tensor (https://github.com/onnx/onnx/blob/main/docs/ExternalData.md).
 *
 * @param entries its `StringStringEntryProto` messages
 * @throws {OnnxError} `ONNX_MALFORMED` when an entry is no such pair, comes twice or is no number, or the location
 *   is missing or leads out of the folder; `ONNX_UNSUPPORTED` for other keys
 */
export function readExternalData(entries: readonly Uint8Array[], where: string): ExternalData {
  const values = new Map<string, string>()
  for (const entry of entries) {
    const [key, value] = readEntry(entry, where)
    if (!KEYS.includes(key)) {
      throw new OnnxError('ONNX_UNSUPPORTED', `${where}: external data with ${JSON.stringify(key)}`)
    }
    if (values.has(key)) throw malformed(where, `${key} comes twice`)
    values.set(key, value)
  }
  return {
    location: checkLocation(values.get('location') ?? '', where),
    offset: readNumber(values.get('offset'), where) ?? 0,
    length: readNumber(values.get('length'), where)
  }
}

/** Writes the `external_data` of a tensor. */
export function writeExternalData(w: Writer, { location, offset, length }: ExternalData): void {
  const entries = { location, offset: `${offset}`, length: `${length}` }
  for (const [key, value] of Object.entries(entries)) {
    message(w, [tensorSchema.externalData[0], 'bytes'], () => {
      text(w, entrySchema.key, key)
      text(w, entrySchema.value, value)
    })
  }
}

function readEntry(entry: Uint8Array, where: string): [key: string, value: string] {
  const parts: Record<number, string> = {}
  for (const { id, wire, from, to } of fieldsOf(entry, where)) {
    if (wire !== wireTypes.bytes || id > 2 || parts[id] !== undefined) {
      throw malformed(where, 'an entry is not one key and one value')
    }
    parts[id] = toText(entry.subarray(from, to), `${where}, external data`)
  }
  return [parts[entrySchema.key[0]] ?? '', parts[entrySchema.value[0]] ?? '']
}

/** Backslashes and drives count on some systems only; a model must mean the same on all. */
function checkLocation(location: string, where: string): string {
  const isOut = location.split('/').some(part => part === '..' || part === '')
  if (!isOut && !/[\\:\p{Cc}]/u.test(location)) return location
  throw malformed(where, `${JSON.stringify(location)} is no path inside the model's folder`)
}

function readNumber(text: string | undefined, where: string): number | undefined {
  if (text === undefined) return undefined
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw malformed(where, `${JSON.stringify(text)} is no number of bytes`)
}

function malformed(where: string, problem: string): OnnxError {
  return new OnnxError('ONNX_MALFORMED', `${where}: external data: ${problem}`)
}
