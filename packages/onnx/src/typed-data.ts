import { type ElementType, isFixed, typedStorage } from './element-type.ts'
import { OnnxError } from './errors.ts'
import type { Field } from './field.ts'
import type { Reading } from './reading.ts'
import { wireTypes } from './schema.ts'
import { storeVarint } from './store-varint.ts'
import type { WalkedTensor } from './walk-tensor.ts'
import type { Window } from './window.ts'

/** Bytes of a packed list that are read at a time. */
const STEP_BYTES = 65_536

/** Most bytes of a varint. */
const MAX_VARINT_BYTES = 10

/** Wire type of a float64. */
const DOUBLE_WIRE = 1

/** What is decoded, and into what. */
interface Target {
  bytes: Uint8Array
  view: DataView
  /** Bytes filled so far. */
  filled: number
  widthBytes: number
  where: string
}

/**
 * Decodes the typed field of a tensor, `float_data` and its like, into what `raw_data` would hold.
 *
 * @param tensor its data are of the field that its type wants, and its size, which is allocated at once, is bounded
 * @throws {OnnxError} `ONNX_MALFORMED` when there are more or fewer numbers, or one that the type can't be
 */
export function* readTypedData(
  window: Window,
  { header: { type, sizeBytes }, data, where }: WalkedTensor
): Reading<Uint8Array> {
  const { field, widthBytes } = typedStorage(type)
  const bytes = new Uint8Array(sizeBytes)
  const view = new DataView(bytes.buffer)
  const target: Target = { bytes, view, filled: 0, widthBytes, where: `${where}, ${field}` }
  const wire = scalarWire(type, widthBytes)
  for (const part of data) {
    if (part.wire !== wire && part.wire !== wireTypes.bytes) {
      throw malformed(target, `wire type ${part.wire} does not fit`)
    }
    if (isFixed(type)) yield* copyFixed(window, part, target)
    else yield* copyVarints(window, part, target)
  }
  if (target.filled === sizeBytes) return bytes
  throw malformed(target, `numbers for ${target.filled} bytes, expected ${sizeBytes}`)
}

/** How a number that isn't packed is encoded. */
function scalarWire(type: ElementType, widthBytes: number): number {
  if (!isFixed(type)) return wireTypes.int
  return widthBytes === 4 ? wireTypes.float : DOUBLE_WIRE
}

function* copyFixed(window: Window, { from, to }: Field, target: Target): Reading<void> {
  if (to - from > target.bytes.length - target.filled || (to - from) % target.widthBytes !== 0) {
    throw malformed(target, `${to - from} bytes, ${target.bytes.length - target.filled} are left`)
  }
  target.bytes.set(yield* window.bytes(from, to), target.filled)
  target.filled += to - from
}

function* copyVarints(window: Window, { from, to }: Field, target: Target): Reading<void> {
  for (let at = from; at < to; ) {
    const end = Math.min(at + STEP_BYTES, to)
    const bytes = yield* window.bytes(at, end)
    // The last number of a step may be cut; the next step begins with it.
    const stop = end < to ? bytes.length - MAX_VARINT_BYTES : bytes.length
    at += storeAll(bytes, stop, target)
  }
}

/** @returns the bytes taken: at least up to `stop` */
function storeAll(bytes: Uint8Array, stop: number, target: Target): number {
  let at = 0
  while (at < stop) {
    if (target.filled === target.bytes.length) throw malformed(target, 'too many numbers')
    const taken = storeVarint(bytes, at, target.view, target.filled, target.widthBytes)
    if (taken === undefined) throw malformed(target, 'a number that is cut off or does not fit')
    at += taken
    target.filled += target.widthBytes
  }
  return at
}

function malformed({ where }: Target, problem: string): OnnxError {
  return new OnnxError('ONNX_MALFORMED', `${where}: ${problem}`)
}
