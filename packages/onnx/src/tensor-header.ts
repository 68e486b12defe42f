import { type Writer, writer } from 'protons-runtime'
import { Cursor } from './cursor.ts'
import {
  type ElementType,
  elementCode,
  elementsBytes,
  elementType,
  STRING_CODE
} from './element-type.ts'
import { OnnxError } from './errors.ts'
import { type ExternalData, readExternalData } from './external-data.ts'
import { type Field, fieldsOf } from './field.ts'
import { MAX_DIMENSIONS } from './limits.ts'
import { required, single, toText } from './read-message.ts'
import { tensorSchema, wireTypes } from './schema.ts'
import { int, text } from './write-field.ts'

/** What an initializer is, without its bytes. */
export interface TensorHeader {
  name: string
  type: ElementType
  /** Length of each dimension; empty for a scalar. */
  shape: readonly number[]
  /** Bytes of the elements, as `raw_data` has them. */
  sizeBytes: number
  /** Whether the bytes lie in another file. */
  isExternal: boolean
  /** Where they lie there; undefined in a graph, whose initializers have no bytes. */
  external: ExternalData | undefined
  /** Fields that are kept as they are: documentation, what this version doesn't know. */
  kept: Uint8Array
}

/** Values of the fields of a `TensorProto` by number; the rest as it stood. */
interface Split {
  values: Map<number, Uint8Array[]>
  kept: Uint8Array
}

/** How each field that counts is encoded. */
const WIRES = new Map<number, number>([
  [tensorSchema.dims[0], wireTypes.int],
  [tensorSchema.dataType[0], wireTypes.int],
  [tensorSchema.name[0], wireTypes.bytes],
  [tensorSchema.externalData[0], wireTypes.bytes],
  [tensorSchema.dataLocation[0], wireTypes.int]
])

/** `TensorProto.DataLocation` */
const EXTERNAL = 1

/**
 * Reads a `TensorProto` without its data fields.
 *
 * @param bytes the message, the fields that hold numbers taken out
 * @returns undefined for a tensor of strings, which is no part of a checkpoint
 * @throws {OnnxError} `ONNX_MALFORMED`, `ONNX_LIMIT`; `ONNX_UNSUPPORTED` for segments and unknown types
 */
export function readTensorHeader(bytes: Uint8Array, where: string): TensorHeader | undefined {
  const { values, kept } = split(bytes, where)
  const numbers = (field: keyof typeof tensorSchema) =>
    (values.get(tensorSchema[field][0]) ?? []).map(value => new Cursor(value).int(where))
  const name = readName(values.get(tensorSchema.name[0]), where)
  const at = `${where} ${JSON.stringify(name)}`
  const code = required(numbers('dataType'), `${at}, dataType`)
  const location = single(numbers('dataLocation'), `${at}, dataLocation`) ?? 0
  const entries = values.get(tensorSchema.externalData[0]) ?? []
  if (location !== 0 && location !== EXTERNAL) {
    throw new OnnxError('ONNX_MALFORMED', `${at}: its data lie at ${location}`)
  }
  const isExternal = location === EXTERNAL
  if (!isExternal && entries.length > 0) {
    throw new OnnxError('ONNX_MALFORMED', `${at}: external data, but its data lie in the model`)
  }
  if (code === STRING_CODE && !isExternal) return undefined
  const type = elementType(code)
  if (type === undefined) throw new OnnxError('ONNX_UNSUPPORTED', `${at}: element type ${code}`)
  const shape = checkShape(numbers('dims'), at)
  const sizeBytes = elementsBytes(type, shape)
  if (sizeBytes === undefined) throw new OnnxError('ONNX_LIMIT', `${at}: [${shape}] is too large`)
  const external = entries.length > 0 ? readExternalData(entries, at) : undefined
  return { name, type, shape, sizeBytes, isExternal, external, kept }
}

function split(bytes: Uint8Array, where: string): Split {
  const values = new Map<number, Uint8Array[]>()
  const kept: Uint8Array[] = []
  // Fields that are kept are cut out together: there may be millions of them.
  let keptFrom = 0
  for (const field of fieldsOf(bytes, where)) {
    if (field.id === tensorSchema.segment[0]) {
      throw new OnnxError('ONNX_UNSUPPORTED', `${where}: a segment of a tensor`)
    }
    if (!WIRES.has(field.id)) continue
    kept.push(bytes.subarray(keptFrom, field.start))
    keptFrom = field.to
    const list = values.get(field.id) ?? []
    list.push(...valuesOf(field, bytes, where))
    if (list.length > MAX_DIMENSIONS) {
      throw new OnnxError('ONNX_LIMIT', `${where}: more than ${MAX_DIMENSIONS} dimensions or pairs`)
    }
    values.set(field.id, list)
  }
  kept.push(bytes.subarray(keptFrom))
  return { values, kept: new Uint8Array(Buffer.concat(kept)) }
}

/** The bytes of each value; dimensions may come packed. */
function valuesOf(field: Field, bytes: Uint8Array, where: string): Uint8Array[] {
  const value = bytes.subarray(field.from, field.to)
  if (field.wire === WIRES.get(field.id)) return [value]
  if (field.id !== tensorSchema.dims[0] || field.wire !== wireTypes.bytes) {
    throw new OnnxError(
      'ONNX_MALFORMED',
      `${where}: wire type ${field.wire} does not fit field ${field.id}`
    )
  }
  const list: Uint8Array[] = []
  const cursor = new Cursor(value)
  while (!cursor.isDone && list.length <= MAX_DIMENSIONS) {
    const start = cursor.position
    cursor.skipInt(where)
    list.push(value.subarray(start, cursor.position))
  }
  return list
}

/** Names are identifiers by the format; control characters could do harm in a terminal or a log. */
function readName(values: readonly Uint8Array[] = [], where: string): string {
  const name = toText(required(values, `${where}, name`), `${where}, name`)
  if (name !== '' && !/\p{Cc}/u.test(name)) return name
  throw new OnnxError('ONNX_MALFORMED', `${where}: the name ${JSON.stringify(name)}`)
}

function checkShape(shape: readonly number[], where: string): readonly number[] {
  const negative = shape.find(size => size < 0)
  if (negative === undefined) return shape
  throw new OnnxError('ONNX_MALFORMED', `${where}: a dimension of ${negative}`)
}

/**
 * Writes the fields of a `TensorProto` that say what the tensor is: the same header, the same bytes.
 *
 * @param data writes the fields that say where its bytes are
 */
export function writeTensorHeader(
  { name, type, shape, kept }: TensorHeader,
  data: (w: Writer) => void
): Uint8Array {
  const w = writer()
  for (const size of shape) int(w, tensorSchema.dims, size)
  int(w, tensorSchema.dataType, elementCode(type))
  text(w, tensorSchema.name, name)
  data(w)
  const head = w.finish()
  return new Uint8Array(Buffer.concat([head, kept]))
}
