import { Cursor } from './cursor.ts'
import { OnnxError } from './errors.ts'
import { MAX_ELEMENTS, MAX_NAME_BYTES } from './limits.ts'
import { type FieldKind, type Schema, wireTypes } from './schema.ts'

/** What a field holds: integers that JavaScript numbers hold exactly, float32 values, or bytes. */
type Value<Kind extends FieldKind> = Kind extends 'bytes' ? Uint8Array : number

/** A decoded message: the values of each field in file order, none for an absent field. */
export type Message<S extends Schema> = { readonly [Name in keyof S]: Value<S[Name][1]>[] }

/**
 * Splits a protobuf message into its fields (https://protobuf.dev/programming-guides/encoding/), strictly:
 * no field outside the schema, no other wire type, nothing past the end. Messages within are left as
 * bytes, so the depth is what the schemas say, whatever the file does.
 *
 * @param bytes exactly the message; results are views into it
 * @param schema the fields that it may have
 * @param where what to call the message in an error
 * @param maxCount values that all fields may have together
 * @throws {OnnxError} `ONNX_MALFORMED`, `ONNX_LIMIT`, or `ONNX_UNSUPPORTED` for a field outside the schema
 */
export function readMessage<S extends Schema>(
  bytes: Uint8Array,
  schema: S,
  where: string,
  maxCount: number = MAX_ELEMENTS
): Message<S> {
  const message = new Map(Object.keys(schema).map(name => [name, [] as (number | Uint8Array)[]]))
  const cursor = new Cursor(bytes)
  let count = 0
  while (!cursor.isDone) {
    const tag = cursor.int(where)
    const [name, kind] = fieldOf(schema, Math.floor(tag / 8), where)
    for (const value of values(cursor, kind, tag % 8, `${where}, ${name}`)) {
      if (++count > maxCount) {
        throw new OnnxError('ONNX_LIMIT', `${where}: more than ${maxCount} values`)
      }
      message.get(name)?.push(value)
    }
  }
  return Object.fromEntries(message) as Message<S>
}

function fieldOf(schema: Schema, id: number, where: string): [name: string, kind: FieldKind] {
  for (const [name, [fieldId, kind]] of Object.entries(schema)) {
    if (fieldId !== id) continue
    if (kind === 'refused') throw new OnnxError('ONNX_UNSUPPORTED', `${where}: has ${name}`)
    return [name, kind]
  }
  throw new OnnxError('ONNX_UNSUPPORTED', `${where}: has a field of unknown number ${id}`)
}

/** Reads one value or, of a packed list of numbers, any number of them. */
function* values(
  cursor: Cursor,
  kind: FieldKind,
  wire: number,
  where: string
): Generator<number | Uint8Array> {
  if (kind === 'refused') return
  if (wire === wireTypes[kind]) yield cursor[kind](where)
  else if (wire === wireTypes.bytes) {
    const packed = new Cursor(cursor.bytes(where))
    while (!packed.isDone) yield packed[kind](where)
  } else throw new OnnxError('ONNX_MALFORMED', `${where}: wire type ${wire} does not fit ${kind}`)
}

/**
 * Takes the value of a field that comes at most once.
 *
 * @throws {OnnxError} `ONNX_MALFORMED` when there are several
 */
export function single<T>(values: readonly T[], where: string): T | undefined {
  if (values.length < 2) return values[0]
  throw new OnnxError('ONNX_MALFORMED', `${where}: comes ${values.length} times, expected once`)
}

/**
 * Takes the value of a field that must come once.
 *
 * @throws {OnnxError} `ONNX_MALFORMED` when it is absent or repeated
 */
export function required<T>(values: readonly T[], where: string): T {
  const value = single(values, where)
  if (value === undefined) throw new OnnxError('ONNX_MALFORMED', `${where}: is missing`)
  return value
}

/**
 * Decodes a string.
 *
 * @param bytes UTF-8; undefined counts as empty, as protobuf has it
 * @throws {OnnxError} `ONNX_LIMIT`, or `ONNX_MALFORMED` for broken UTF-8
 */
export function toText(bytes: Uint8Array | undefined, where: string): string {
  if (bytes === undefined) return ''
  if (bytes.length > MAX_NAME_BYTES) {
    throw new OnnxError('ONNX_LIMIT', `${where}: ${bytes.length} bytes, at most ${MAX_NAME_BYTES}`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new OnnxError('ONNX_MALFORMED', `${where}: is not UTF-8`, { cause })
  }
}
